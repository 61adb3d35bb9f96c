//! Whether every service can be reached: services are tried in the order of the file, so an earlier one can take all of a later one's
//! paths.
//!
//! A host with a path is judged as a pair. A pair is dead when one earlier pair means every request that it means.

use super::problem::{Draft, Fault};
use super::review::Review;
use super::route::{HostPattern, PathPattern};
use super::section::Section;

/// The routes of one service. `None` for a host stands for every host.
struct Routes<'a> {
    section: &'a Section,
    hosts: Vec<Option<HostPattern>>,
    paths: Vec<(&'a Section, PathPattern)>,
}

/// One earlier pair that takes everything.
struct Taken<'a> {
    by: &'a Section,
    same: bool,
    host: Option<String>,
}

/// Reports services and paths that no request can reach. Services whose hosts or paths were not understood are left out: they would make
/// others look dead or alive by accident.
pub(super) fn review(services: &Section, review: &mut Review<'_>) {
    let routes: Vec<Routes<'_>> = services.items().iter().filter_map(routes).collect();
    for (index, later) in routes.iter().enumerate() {
        let earlier = routes.get(..index).unwrap_or_default();
        let dead: Vec<_> = later.paths.iter().map(|(place, path)| (*place, dead_hosts(later, path, earlier))).collect();
        let all = dead.iter().all(|(_, taken)| taken.len() == later.hosts.len());
        if all && let Some(taken) = dead.first().and_then(|(_, taken)| taken.first()) {
            let same = dead.iter().all(|(_, taken)| taken.iter().all(|taken| taken.same));
            let what = if same { "another service has the same hosts and paths" } else { "no request ever reaches this service" };
            let place = later.section.get("paths").unwrap_or(later.section);
            let draft = Draft::new(Fault::Unreachable, &place.span, what).other(&taken.by.span, "taken here");
            review.problems.report(draft.help("services are tried in the order of the file: put the narrower one first"));
            continue;
        }
        for (place, taken) in dead {
            path(place, &taken, later.hosts.len(), review);
        }
    }
}

fn routes(section: &Section) -> Option<Routes<'_>> {
    let paths = section.get("paths").filter(|paths| paths.whole)?;
    let hosts = match section.get("hosts") {
        None if section.whole || section.key.is_none() => vec![None],
        None => return None,
        Some(hosts) if hosts.whole => hosts.read::<Vec<HostPattern>>()?.into_iter().map(Some).collect(),
        Some(_) => return None,
    };
    let paths = paths.items().iter().filter_map(|place| Some((place, place.read::<PathPattern>()?))).collect();
    Some(Routes { section, hosts, paths })
}

/// The hosts of `later` on which `path` is taken by an earlier service.
fn dead_hosts<'a>(later: &Routes<'a>, path: &PathPattern, earlier: &[Routes<'a>]) -> Vec<Taken<'a>> {
    later.hosts.iter().filter_map(|host| earlier.iter().find_map(|service| takes(service, host.as_ref(), path))).collect()
}

fn takes<'a>(service: &Routes<'a>, host: Option<&HostPattern>, path: &PathPattern) -> Option<Taken<'a>> {
    let own_host = service.hosts.iter().find(|own| match (own, host) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(own), Some(host)) => own.covers(host),
    })?;
    let (place, own_path) = service.paths.iter().find(|(_, own)| own.covers(path))?;
    let same = own_host.as_ref() == host && own_path == path;
    Some(Taken { by: place, same, host: host.map(HostPattern::text) })
}

/// Reports one path that is dead, on every host or on some.
fn path(place: &Section, taken: &[Taken<'_>], hosts: usize, review: &mut Review<'_>) {
    let Some(first) = taken.first() else { return };
    let quoted = review.quote(place);
    let on = match (&first.host, taken.len() < hosts) {
        (Some(host), true) => format!(" on host `{host}`"),
        _ => String::new(),
    };
    let what = if first.same {
        format!("two services have the path {quoted}{on}")
    } else {
        format!("no request ever reaches this service by {quoted}{on}")
    };
    let draft = Draft::new(Fault::Unreachable, &place.span, what).other(&first.by.span, "taken here");
    review.problems.report(draft.help("services are tried in the order of the file: put the narrower one first"));
}
