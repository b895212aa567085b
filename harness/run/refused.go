package run

// Refused is the error of a command that did nothing, because of what it was asked or
// because of what it found: a filter that cannot be read, a cluster that is not ours,
// a lock that somebody else holds. The command exits with 4.
type Refused struct {
	Reason string
	Err    error // what it follows from, if anything
}

// Error implements error.
func (r *Refused) Error() string {
	if r.Err != nil {
		return r.Reason + ": " + r.Err.Error()
	}
	return r.Reason
}

// Unwrap returns what the refusal follows from.
func (r *Refused) Unwrap() error { return r.Err }
