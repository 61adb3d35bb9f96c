// Node's own HTTP server, telling what it understood: one JSON line per request on standard output, written before it answers.
'use strict';
const http = require('node:http');

const tell = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

function serve(request, response) {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString('base64');
    tell({ method: request.method, target: request.url, fields: request.rawHeaders, body });
    response.writeHead(200, { 'content-length': 0 });
    response.end();
  });
}

const server = http.createServer({ maxHeaderSize: 1 << 18, keepAliveTimeout: 60000, highWaterMark: 1 << 16 }, serve);
server.maxHeadersCount = 0;
server.on('checkContinue', serve);
server.on('upgrade', (request, socket) => { tell({ fault: `upgrade to ${request.headers.upgrade}` }); socket.destroy(); });
server.on('connect', (request, socket) => { tell({ fault: `CONNECT ${request.url}` }); socket.destroy(); });
server.on('clientError', (error, socket) => {
  // A request that was cut short was not understood by anybody: Portcullis refused its body half way.
  const cut = ['ECONNRESET', 'HPE_INVALID_EOF_STATE'].includes(error.code);
  if (!cut) tell({ fault: `${error.code}: ${error.message}` });
  socket.destroy();
});
server.listen(0, '127.0.0.1', () => tell({ port: server.address().port }));
