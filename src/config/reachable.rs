//! Whether every service can be reached.
//!
//! The most specific route wins: a named host before any host, an exact path before a prefix, longer before shorter. What is more specific
//! takes a part and leaves the rest, so a route is dead in one case only: an earlier service has the very same host and path.

use std::collections::HashMap;

use super::problem::{Draft, Fault};
use super::review::Review;
use super::route::{HostPattern, PathPattern};
use super::section::Section;

/// A host (none stands for every host) with a path.
type Pair = (Option<String>, String);

/// The routes of one service by path, each path with its place.
struct Routes<'a> {
    section: &'a Section,
    hosts: Vec<Option<String>>,
    paths: Vec<(&'a Section, String)>,
}

/// Reports services and paths that no request can reach. Services whose hosts or paths were not understood are left out: they would make
/// others look dead or alive by accident.
pub(super) fn review(services: &Section, review: &mut Review<'_>) {
    let mut taken: HashMap<Pair, &Section> = HashMap::new();
    for routes in services.items().iter().filter_map(routes) {
        let dead: Vec<Dead<'_>> =
            routes.paths.iter().filter_map(|(place, path)| dead(place, path, &routes.hosts, &taken)).collect();
        let all = dead.len() == routes.paths.len() && dead.iter().all(|dead| dead.hosts.len() == routes.hosts.len());
        match dead.first() {
            Some(first) if all => {
                let place = routes.section.get("paths").unwrap_or(routes.section);
                let draft = Draft::new(Fault::Unreachable, &place.span, "no request ever reaches this service");
                review
                    .problems
                    .report(draft.other(&first.by.span, "the same host and path").help("give it a host or a path of its own"));
            }
            _ => dead.iter().for_each(|dead| dead.report(routes.hosts.len(), review)),
        }
        for host in &routes.hosts {
            for (place, path) in &routes.paths {
                taken.entry((host.clone(), path.clone())).or_insert(place);
            }
        }
    }
}

fn routes(section: &Section) -> Option<Routes<'_>> {
    let paths = section.get("paths").filter(|paths| paths.whole)?;
    let hosts = match section.get("hosts") {
        Some(hosts) if hosts.whole => hosts.read::<Vec<HostPattern>>()?.iter().map(|host| Some(host.get().to_string())).collect(),
        // `hosts` may be absent because it was not understood.
        None if !section.dropped("hosts") => vec![None],
        _ => return None,
    };
    let paths = paths.items().iter().filter_map(|place| Some((place, place.read::<PathPattern>()?.get().to_string()))).collect();
    Some(Routes { section, hosts, paths })
}

/// A path that is taken on some hosts of its service.
struct Dead<'a> {
    place: &'a Section,
    by: &'a Section,
    hosts: Vec<Option<String>>,
}

fn dead<'a>(place: &'a Section, path: &str, hosts: &[Option<String>], taken: &HashMap<Pair, &'a Section>) -> Option<Dead<'a>> {
    let by = |host: &Option<String>| taken.get(&(host.clone(), path.to_owned())).copied();
    let dead: Vec<Option<String>> = hosts.iter().filter(|host| by(host).is_some()).cloned().collect();
    let by = dead.first().and_then(by)?;
    Some(Dead { place, by, hosts: dead })
}

impl Dead<'_> {
    fn report(&self, hosts: usize, review: &mut Review<'_>) {
        let quoted = review.quote(self.place);
        let on = match self.hosts.first() {
            Some(Some(host)) if self.hosts.len() < hosts => format!(" on host `{host}`"),
            _ => String::new(),
        };
        let draft = Draft::new(Fault::Unreachable, &self.place.span, format!("two services have the path {quoted}{on}"));
        review
            .problems
            .report(draft.other(&self.by.span, "first here").help("the first one answers; give this one another path or host"));
    }
}
