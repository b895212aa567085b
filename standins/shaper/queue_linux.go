package shaper

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/florianl/go-nfqueue/v2"
)

const (
	// maxQueued is how many packets may wait at once: at a delay of a third of a second
	// more than a hundred megabits a second.
	maxQueued = 16384
	// longest is more than any packet of an interface has.
	longest = 0xffff
)

// Shape carries out a plan for the packets of a queue of the kernel, until ctx
// ends; those that are held back then are lost. Opened is called as soon as the
// queue is read.
func Shape(ctx context.Context, queue uint16, plan Plan, opened func()) error {
	if err := plan.Validate(); err != nil {
		return err
	}
	reader, err := nfqueue.Open(&nfqueue.Config{
		NfQueue: queue, MaxQueueLen: maxQueued, MaxPacketLen: longest, Copymode: nfqueue.NfQnlCopyPacket,
		WriteTimeout: time.Second,
	})
	if err != nil {
		return fmt.Errorf("open packet queue %d: %w", queue, err)
	}
	defer func() { _ = reader.Close() }()
	asked := ctx
	ctx, cancel := context.WithCancelCause(asked)
	defer cancel(nil)
	random := rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())) //nolint:gosec // chance is what it is for
	each := func(a nfqueue.Attribute) int {
		if a.PacketID == nil || a.Payload == nil {
			return 0
		}
		accept := func() error { return reader.SetVerdict(*a.PacketID, nfqueue.NfAccept) }
		if random.Float64() < plan.Corrupt {
			if packet := slices.Clone(*a.Payload); corrupt(packet, random) {
				accept = func() error {
					return reader.SetVerdictWithOption(*a.PacketID, nfqueue.NfAccept, nfqueue.WithAlteredPacket(packet))
				}
			}
		}
		release := func() {
			if err := accept(); err != nil && ctx.Err() == nil {
				cancel(fmt.Errorf("let a packet of queue %d go on: %w", queue, err))
			}
		}
		if wait := plan.wait(random); wait > 0 {
			time.AfterFunc(wait, release)
		} else {
			release()
		}
		return 0
	}
	failed := func(err error) int {
		if ctx.Err() == nil {
			cancel(fmt.Errorf("read packet queue %d: %w", queue, err))
		}
		return 1
	}
	if err := reader.RegisterWithErrorFunc(ctx, each, failed); err != nil {
		return fmt.Errorf("read packet queue %d: %w", queue, err)
	}
	opened()
	<-ctx.Done()
	if asked.Err() != nil {
		return nil
	}
	return context.Cause(ctx)
}
