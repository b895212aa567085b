package shaper

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"
)

func TestWaitStaysWithinItsJitter(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	plan := Plan{Delay: 300 * time.Millisecond, Jitter: 50 * time.Millisecond}
	least, most := plan.wait(random), plan.wait(random)
	for range 10_000 {
		wait := plan.wait(random)
		least, most = min(least, wait), max(most, wait)
	}
	if least < 250*time.Millisecond || least > 252*time.Millisecond || most > 350*time.Millisecond || most < 348*time.Millisecond {
		t.Errorf("packets wait from %s to %s, want all of 250 ms to 350 ms", least, most)
	}
	if wait := (Plan{Delay: time.Second}).wait(random); wait != time.Second {
		t.Errorf("without jitter a packet waits %s", wait)
	}
}

// One bit behind the header differs, and every byte there can be hit.
func TestCorruptFlipsOneBitBehindTheHeader(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	v4 := append([]byte{0x46, 0, 0, 30}, make([]byte, 26)...) // with options
	v6 := append([]byte{0x60}, make([]byte, 49)...)
	for _, test := range []struct {
		packet []byte
		header int
	}{{v4, 24}, {v6, 40}} {
		hit := map[int]bool{}
		for range 1000 {
			packet := bytes.Clone(test.packet)
			if !corrupt(packet, random) {
				t.Fatal("the packet was not corrupted")
			}
			bits := 0
			for i := range packet {
				for different := packet[i] ^ test.packet[i]; different != 0; different &= different - 1 {
					bits++
					hit[i] = true
				}
			}
			if bits != 1 {
				t.Fatalf("%d bits were flipped", bits)
			}
		}
		for i := range test.packet {
			if hit[i] != (i >= test.header) {
				t.Errorf("byte %d of a packet with a header of %d was hit: %v", i, test.header, hit[i])
			}
		}
	}
}

func TestWhatIsNoPacketIsLeftAlone(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, content := range [][]byte{nil, {0x45}, make([]byte, 60), append([]byte{0x45, 0, 0xff, 0xff}, make([]byte, 20)...), append([]byte{0x45, 0, 0, 20}, make([]byte, 16)...)} {
		before := bytes.Clone(content)
		if corrupt(content, random) || !bytes.Equal(before, content) {
			t.Errorf("%x was corrupted", before)
		}
	}
}

func TestPlansThatCannotBeCarriedOut(t *testing.T) {
	for _, plan := range []Plan{{Delay: -1}, {Jitter: 1}, {Delay: 1, Jitter: 2}, {Corrupt: -0.1}, {Corrupt: 1.1}} {
		if plan.Validate() == nil {
			t.Errorf("%+v was taken", plan)
		}
	}
}
