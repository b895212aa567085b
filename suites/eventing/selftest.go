package eventing

import (
	"context"
	"errors"
	"fmt"
	"os"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/harness/record/traffic"
	"assay.dev/assay/harness/runs/recordings"
)

// selfTestEnv has the experiment publish broken events as if the platform did: a
// run with selfTestEvents must turn every check of a field red, or its green is
// worth nothing.
const (
	selfTestEnv    = "ASSAY_SELF_TEST"
	selfTestEvents = "events"
)

// selfTest publishes, for each family, one event for every way in which its schema
// can be broken. Neither the experiment nor its history remembers that it did.
func (x *experiment) selfTest(context.Context) error {
	if os.Getenv(selfTestEnv) != selfTestEvents {
		return nil
	}
	journal, err := observe.Start(p.Run.Path(recordings.Diagnostics, "self-test"), p.Run.ID, "self-test", p.Run.Seed)
	if err != nil {
		return err
	}
	producer, err := traffic.NewKafka(journal, x.brokers)
	if err != nil {
		return errors.Join(err, journal.Close())
	}
	var problems []error
	for _, family := range p.Spec.Events {
		for _, v := range p.Spec.Schemas.Variants(family.Family) {
			i, err := x.injection(family, v, false)
			if err != nil {
				problems = append(problems, err)
				continue
			}
			if sent := producer.Publish(i.Event); sent.Result != history.Accepted {
				problems = append(problems, fmt.Errorf("publish %s: %s", v.Name, sent.Error))
			}
		}
	}
	return errors.Join(errors.Join(problems...), producer.Close(), journal.Close())
}
