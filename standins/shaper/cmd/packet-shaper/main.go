//go:build linux

// Command packet-shaper delays or corrupts the packets that packet rules hand to a
// queue of the network namespace that it runs in, until it is told to stop.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"assay.dev/assay/standins/shaper"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "packet-shaper:", err)
		os.Exit(1)
	}
}

func run() error {
	queue := flag.Uint("queue", 0, "the number of the queue, as --queue-num of the rule has it")
	try := flag.Bool("try", false, "only find out whether the kernel has such queues")
	atMost := flag.Duration("for", time.Hour, "stop by itself after this long")
	percent := flag.Float64("corrupt", 0, "flip a bit in so many percent of the packets")
	plan := shaper.Plan{}
	flag.DurationVar(&plan.Delay, "delay", 0, "hold packets back for this long")
	flag.DurationVar(&plan.Jitter, "jitter", 0, "for so much more or less, at random")
	flag.Parse()
	plan.Corrupt = *percent / 100
	if flag.NArg() > 0 {
		return fmt.Errorf("%q is no flag", flag.Arg(0))
	}
	if *queue > 0xffff {
		return errors.New("--queue: there are queues 0 to 65535")
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, *atMost)
	defer cancel()
	return shaper.Shape(ctx, uint16(*queue), plan, func() {
		if *try {
			cancel()
		}
	})
}
