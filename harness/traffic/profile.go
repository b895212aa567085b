package traffic

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/google/uuid"
)

// Profile says what load is made.
type Profile struct {
	// Seed is what all choices come from. Two loads of one seed send each task
	// the same changes in the same order, as long as the answers are the same.
	Seed uint64
	// Rate is how many changes are sent each second, Minimum how many have to be
	// accepted each second on average, or the load proves nothing.
	Rate, Minimum float64
	// Keys is how many tasks are changed side by side, each in one partition, and
	// Users to how many users they belong.
	Keys, Users int
	// TitleSize is how long an ordinary title is, in characters; some are chosen
	// for their characters instead. The API takes 200.
	TitleSize int
	// Reminders is the share of changes that schedule a reminder, Recurring that of
	// new tasks that come again once completed, 0 to 1.
	Reminders, Recurring float64
}

// Steady is the load under which the platform is watched: all kinds of changes
// at a rate that the smallest sizes of the specification keep up with, and that
// still shows an outage of a second.
func Steady(seed uint64) Profile {
	return Profile{Seed: seed, Rate: 8, Minimum: 4, Keys: 12, Users: 3, TitleSize: 60, Reminders: 0.25, Recurring: 0.1}
}

// check says what is wrong with a profile.
func (p Profile) check() error {
	switch {
	case p.Rate <= 0 || p.Minimum < 0 || p.Minimum > p.Rate:
		return fmt.Errorf("load of %g changes a second, at least %g: want 0 ≤ minimum ≤ rate", p.Rate, p.Minimum)
	case p.Keys < 1 || p.Users < 1:
		return errors.New("load without keys or users")
	case p.TitleSize < 1 || p.TitleSize > maxTitle:
		return fmt.Errorf("load with titles of %d characters: want 1 to %d", p.TitleSize, maxTitle)
	case min(p.Reminders, p.Recurring) < 0 || max(p.Reminders, p.Recurring) > 1:
		return fmt.Errorf("load with %g reminders and %g recurring tasks: want shares of 0 to 1", p.Reminders, p.Recurring)
	}
	return nil
}

// UserIDs are the ids of the users whose tasks are changed.
func (p Profile) UserIDs() []string {
	names := rand.NewChaCha8(seedOf(p.Seed, 0))
	users := make([]string, p.Users)
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
