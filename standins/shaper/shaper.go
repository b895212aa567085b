// Package shaper makes a network bad where the kernel has no netem for it: packet
// rules hand packets to a queue, and who reads the queue holds them back or corrupts
// them before they go on. What the ends of a connection meet is the same.
package shaper

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"time"
)

// Plan is what happens to packets.
type Plan struct {
	// Delay is how long each is held back, give or take up to Jitter: packets may
	// overtake each other, as they do with netem.
	Delay, Jitter time.Duration
	// Corrupt is the share of packets of which one bit is flipped, 0 to 1.
	Corrupt float64
}

// Validate returns an error for a plan that cannot be carried out.
func (p Plan) Validate() error {
	switch {
	case p.Delay < 0 || p.Jitter < 0 || p.Jitter > p.Delay:
		return errors.New("the delay must not be negative, nor less than its jitter")
	case p.Corrupt < 0 || p.Corrupt > 1:
		return errors.New("the share of corrupt packets must be from 0 to 1")
	}
	return nil
}

// wait is how long a packet is held back.
func (p Plan) wait(random *rand.Rand) time.Duration {
	if p.Jitter == 0 {
		return p.Delay
	}
	return p.Delay - p.Jitter + time.Duration(random.Int64N(int64(2*p.Jitter)+1))
}

// corrupt flips a bit of a packet, behind its IP header: one with a wrong header goes
// nowhere. It reports whether there was something to corrupt. Checksums stay as they
// are, so that whoever gets the packet can tell.
func corrupt(packet []byte, random *rand.Rand) bool {
	first := headerLength(packet)
	if first == 0 || first >= len(packet) {
		return false
	}
	packet[first+random.IntN(len(packet)-first)] ^= 1 << random.IntN(8)
	return true
}

// headerLength is the length of a packet's IP header in bytes, 0 if it has none
// (RFC 791, RFC 8200).
func headerLength(packet []byte) int {
	const v6 = 40
	switch {
	case len(packet) < 20:
		return 0
	case packet[0]>>4 == 4 && int(binary.BigEndian.Uint16(packet[2:])) <= len(packet):
		return int(packet[0]&0x0f) * 4
	case packet[0]>>4 == 6 && len(packet) >= v6:
		return v6
	}
	return 0
}
