package traffic

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/google/uuid"

	"assay.dev/assay/spec"
)

// Profile says what load is made.
type Profile struct {
	// Seed is what all choices come from. Two loads of one seed send each object
	// the same requests in the same order, as long as the answers are the same.
	Seed uint64
	// Load is that of the specification.
	Load spec.Traffic
	// Minimum is how many requests have to be accepted each second on average, or the load
	// proves nothing.
	Minimum float64
}

// Steady is the load under which the platform is watched.
func Steady(p *spec.Spec, seed int64) Profile {
	return Profile{Seed: uint64(seed), Load: p.Load, Minimum: p.Load.Minimum}
}

// WithFault is the load under which faults are injected.
func WithFault(p *spec.Spec, seed int64) Profile {
	return Profile{Seed: uint64(seed), Load: p.Load, Minimum: p.Load.MinimumWithFault}
}

// validate says what is wrong with a profile.
func (p Profile) validate() error {
	switch {
	case !slices.ContainsFunc(p.Load.Requests, func(r spec.LoadRequest) bool { return r.Does == spec.Makes }):
		return errors.New("load without a request that makes an object")
	case p.Load.Rate <= 0 || p.Minimum < 0 || p.Minimum > p.Load.Rate:
		return fmt.Errorf("load of %g requests a second, at least %g: want 0 ≤ minimum ≤ rate", p.Load.Rate, p.Minimum)
	case p.Load.Keys < 1 || p.Load.Users < 1:
		return errors.New("load without keys or users")
	}
	return nil
}

// UserIDs are the ids of the users whose objects are changed.
func (p Profile) UserIDs() []string {
	names := rand.NewChaCha8(seedOf(p.Seed, 0))
	users := make([]string, p.Load.Users)
	for i := range users {
		var id uuid.UUID
		_, _ = names.Read(id[:]) // never fails
		id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
		users[i] = id.String()
	}
	return users
}

// seedOf makes the seed of one source of random numbers out of a load's.
func seedOf(seed, source uint64) [32]byte {
	var all [32]byte
	binary.LittleEndian.PutUint64(all[:], seed)
	binary.LittleEndian.PutUint64(all[8:], source)
	return all
}
