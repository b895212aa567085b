package steps

import (
	"crypto/sha256"
	_ "embed"
	"encoding/json"
	"math"
	"runtime"
	"sync"
	"time"
)

//go:embed reference.json
var referenceJSON []byte

// reference are durations of steps on a machine that hashed so much when they were
// measured.
type reference struct {
	// Source says where and how the durations were measured.
	Source string `json:"source"`
	// HashRate is the machine's, in megabytes a second.
	HashRate float64            `json:"hashRate"`
	Seconds  map[string]float64 `json:"seconds"`
}

var loadReference = sync.OnceValue(func() reference {
	var r reference
	if err := json.Unmarshal(referenceJSON, &r); err != nil {
		panic("steps: reference.json: " + err.Error()) // a test reads it
	}
	return r
})

// Reference returns how long steps take on the machine whose durations come with assay,
// scaled to this machine. Those of which the work grows with a check are named
// "check SUITE".
func Reference() Known {
	r, pace := loadReference(), Pace()
	known := Known{}
	for name, seconds := range r.Seconds {
		known[name] = time.Duration(seconds * pace * float64(time.Second))
	}
	return known
}

// The pace of a machine is bounded: what a short measurement says of a machine that is
// busy with something else is no reason to promise days.
const leastPace, mostPace = 0.2, 5

// Pace returns how many times as long as the reference machine this one needs. It is
// measured once, in a fraction of a second.
var Pace = sync.OnceValue(func() float64 {
	pace := loadReference().HashRate / hashRate()
	return math.Max(leastPace, math.Min(mostPace, pace))
})

// measurement is how long the machine is measured, at least.
const measurement = 150 * time.Millisecond

// hashRate measures how much all processors hash together, in megabytes a second:
// compiling is bound by the processors, too.
func hashRate() float64 {
	block := make([]byte, 1<<20)
	start := time.Now()
	counts := make(chan int)
	for range runtime.GOMAXPROCS(0) {
		go func() {
			n := 0
			for ; time.Since(start) < measurement; n++ {
				sha256.Sum256(block)
			}
			counts <- n
		}()
	}
	sum := 0
	for range runtime.GOMAXPROCS(0) {
		sum += <-counts
	}
	return float64(max(sum, 1)) / time.Since(start).Seconds()
}
