//! Whether every service can be reached: services are tried in the order of the file, so an earlier one can take all of a later one's
//! paths.
//!
//! A host with a path is judged as a pair. A pair is dead when an earlier service means every request that it means.

use super::problem::{Draft, Fault};
use super::review::Review;
use super::route::{HostPattern, PathPattern};
use super::section::Section;

const HELP: &str = "services are tried in the order of the file: put the narrower one first";

/// The routes of one service. `None` for a host stands for every host.
struct Routes<'a> {
    section: &'a Section,
    hosts: Vec<Option<HostPattern>>,
    paths: Vec<(&'a Section, PathPattern)>,
}

/// What one earlier service takes of a later one: which of its hosts, and which of its paths by which own path.
struct Cover<'a> {
    hosts: Vec<bool>,
    paths: Vec<Option<&'a Section>>,
}

/// A path that is dead on some or all hosts of its service.
struct Dead<'a> {
    place: &'a Section,
    path: &'a PathPattern,
    by: &'a Section,
    hosts: Vec<&'a Option<HostPattern>>,
}

/// Reports services and paths that no request can reach. Services whose hosts or paths were not understood are left out: they would make
/// others look dead or alive by accident.
pub(super) fn review(services: &Section, review: &mut Review<'_>) {
    let routes: Vec<Routes<'_>> = services.items().iter().filter_map(routes).collect();
    for (index, later) in routes.iter().enumerate() {
        let covers: Vec<Cover<'_>> = routes.iter().take(index).map(|earlier| earlier.cover(later)).collect();
        let dead = later.dead(&covers);
        let all = dead.len() == later.paths.len() && dead.iter().all(|dead| dead.hosts.len() == later.hosts.len());
        match dead.first() {
            Some(first) if all => {
                let place = later.section.get("paths").unwrap_or(later.section);
                let draft = Draft::new(Fault::Unreachable, &place.span, "no request ever reaches this service");
                review.problems.report(draft.other(&first.by.span, "taken here").help(HELP));
            }
            _ => dead.iter().for_each(|dead| dead.report(later.hosts.len(), review)),
        }
    }
}

fn routes(section: &Section) -> Option<Routes<'_>> {
    let paths = section.get("paths").filter(|paths| paths.whole)?;
    let hosts = match section.get("hosts") {
        Some(hosts) if hosts.whole => hosts.read::<Vec<HostPattern>>()?.into_iter().map(Some).collect(),
        // `hosts` may be absent because it was not understood.
        None if !section.dropped("hosts") => vec![None],
        _ => return None,
    };
    let paths = paths.items().iter().filter_map(|place| Some((place, place.read::<PathPattern>()?))).collect();
    Some(Routes { section, hosts, paths })
}

impl<'a> Routes<'a> {
    /// What this service takes of `later`. Hosts and paths are independent, so that many of both stay cheap.
    fn cover(&self, later: &Routes<'_>) -> Cover<'a> {
        let host = |host: &Option<HostPattern>| {
            self.hosts.iter().any(|own| match (own, host) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(own), Some(host)) => own.get().covers(host.get()),
            })
        };
        let path = |path: &PathPattern| self.paths.iter().find(|(_, own)| own.get().covers(path.get())).map(|(place, _)| *place);
        Cover { hosts: later.hosts.iter().map(host).collect(), paths: later.paths.iter().map(|(_, own)| path(own)).collect() }
    }

    fn dead<'b>(&'b self, covers: &[Cover<'b>]) -> Vec<Dead<'b>> {
        let of = |(index, (place, path)): (usize, &'b (&'a Section, PathPattern))| {
            let by =
                |host: usize| covers.iter().find_map(|cover| if *cover.hosts.get(host)? { *cover.paths.get(index)? } else { None });
            let hosts: Vec<_> = self.hosts.iter().enumerate().filter(|(host, _)| by(*host).is_some()).collect();
            let by = hosts.first().and_then(|(host, _)| by(*host))?;
            Some(Dead { place, path, by, hosts: hosts.into_iter().map(|(_, host)| host).collect() })
        };
        self.paths.iter().enumerate().filter_map(of).collect()
    }
}

impl Dead<'_> {
    fn report(&self, hosts: usize, review: &mut Review<'_>) {
        let quoted = review.quote(self.place);
        let on = match self.hosts.first() {
            Some(Some(host)) if self.hosts.len() < hosts => format!(" on host `{}`", host.get()),
            _ => String::new(),
        };
        let same = self.by.read::<PathPattern>().as_ref() == Some(self.path);
        let what = if same {
            format!("two services have the path {quoted}{on}")
        } else {
            format!("no request ever reaches this service by {quoted}{on}")
        };
        review
            .problems
            .report(Draft::new(Fault::Unreachable, &self.place.span, what).other(&self.by.span, "taken here").help(HELP));
    }
}
