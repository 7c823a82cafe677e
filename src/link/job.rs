//! A job as its set makes it.

use crate::service::LinkedService;
use crate::upstart::read::Reading;

/// A job as its set makes it.
pub type LinkedJob = Reading<LinkedService>;

/// A job of whose set nothing is known.
pub fn unlinked(reading: Reading) -> LinkedJob {
    let Reading { service, stanzas, findings, events } = reading;
    LinkedJob { service: service.into(), stanzas, findings, events }
}
