package run

import "assay.dev/assay/harness/process/refusal"

// Refused is the error of a command that did nothing on purpose; it exits with 4.
type Refused = refusal.Error
