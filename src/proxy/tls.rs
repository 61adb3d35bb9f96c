//! TLS settings for both sides: rustls with aws-lc-rs, TLS 1.2 and 1.3, the hybrid key exchange X25519MLKEM768 offered first.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};

use crate::config::{KeySource, Tls};

/// Why TLS settings cannot be used. Never holds key material.
#[derive(Debug)]
pub struct TlsError {
    file: PathBuf,
    what: String,
}

impl TlsError {
    fn new(file: &Path, what: impl fmt::Display) -> Self {
        Self { file: file.to_owned(), what: what.to_string() }
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.file.display(), self.what)
    }
}

impl std::error::Error for TlsError {}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

/// Server settings of one listener from its certificate and key as they are now.
pub fn server(tls: &Tls, http2: bool) -> Result<Arc<ServerConfig>, TlsError> {
    let file = tls.certificate.path();
    let chain = certificates(file)?;
    let key = key(&tls.key, file)?;
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError::new(file, error))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| TlsError::new(file, format!("certificate and key cannot be used together: {error}")))?;
    config.alpn_protocols = if http2 { vec![b"h2".to_vec(), b"http/1.1".to_vec()] } else { vec![b"http/1.1".to_vec()] };
    config.ticketer = aws_lc_rs::Ticketer::new().map_err(|error| TlsError::new(file, error))?;
    Ok(Arc::new(config))
}

/// Client settings for an upstream: its own roots, or the built-in ones; and the name its certificate must carry.
pub fn client(roots: Option<&Path>, name: &str) -> Result<(Arc<ClientConfig>, ServerName<'static>), TlsError> {
    let mut trusted = RootCertStore::empty();
    let file = roots.unwrap_or(Path::new("built-in roots"));
    match roots {
        None => trusted.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => {
            for certificate in certificates(path)? {
                trusted.add(certificate).map_err(|error| TlsError::new(path, error))?;
            }
        }
    }
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError::new(file, error))?
        .with_root_certificates(trusted)
        .with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).map_err(|error| TlsError::new(file, error))?;
    Ok((Arc::new(config), name))
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read = CertificateDer::pem_file_iter(file).map_err(|error| TlsError::new(file, error))?;
    let chain = read.collect::<Result<Vec<_>, _>>().map_err(|error| TlsError::new(file, error))?;
    if chain.is_empty() { Err(TlsError::new(file, "holds no certificate")) } else { Ok(chain) }
}

fn key(source: &KeySource, certificate: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    match source {
        KeySource::File(path) => PrivateKeyDer::from_pem_file(path).map_err(|error| TlsError::new(path, error)),
        KeySource::Inline(secret) => {
            PrivateKeyDer::from_pem_slice(secret.reveal().as_bytes()).map_err(|error| TlsError::new(certificate, error))
        }
    }
}
