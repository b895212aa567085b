// Produce publishes records as fast as a broker takes them, with a record of each,
// and prints what it has reached as JSON. The bench beside it runs it in a pod.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/harness/record/traffic"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("produce", flag.ContinueOnError)
	broker := flags.String("broker", "", "host:port of a broker")
	topic := flags.String("topic", "", "topic to publish to")
	records := flags.Int64("records", 100_000, "number of records")
	size := flags.Int("size", 100, "size of a record in bytes")
	linger := flags.Duration("linger", 5*time.Millisecond, "how long records are collected")
	batch := flags.Int("batch", 16<<10, "how many bytes are collected")
	partitions := flags.Int("partitions", 3, "how many partitions the topic has")
	work := flags.String("work", "", "directory for the history, which is removed at the end")
	if err := flags.Parse(args); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(*work, "history-")
	if err != nil {
		return err
	}
	journal, err := observe.Start(dir, "bench", "produce", 1)
	if err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	reached, err := traffic.Produce(journal, kube.Brokers{Addresses: []string{*broker}}, *topic, *records, *size, traffic.Batching{Linger: *linger, Bytes: *batch, Partitions: *partitions})
	if err := errors.Join(err, journal.Close(), os.RemoveAll(dir)); err != nil {
		return err
	}
	content, err := json.Marshal(reached)
	if err != nil {
		return err
	}
	fmt.Println(string(content))
	return nil
}
