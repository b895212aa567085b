package fault

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// silentOutage takes the broker away until more events wait in the outbox than one read
// of the state store takes, and ends all traffic before the broker comes back: nothing
// but the platform itself can publish what waits.
type silentOutage struct {
	*chaosMeshFault
	waiting outbox
	traffic Traffic
}

// outbox is where events wait to be published: documents in a database whose keys contain
// a text.
type outbox struct {
	database target
	keys     string
}

func outageThenSilence(lab *Lab, name string, brokers target, waiting outbox) Fault {
	return &silentOutage{chaosMeshFault: podFailure(lab, name, brokers), waiting: waiting}
}

// Involve implements Involved.
func (s *silentOutage) Involve(traffic Traffic) { s.traffic = traffic }

// Prepare implements Fault.
func (s *silentOutage) Prepare(ctx context.Context) error {
	if s.traffic == nil {
		return errNoTraffic
	}
	if _, err := s.outboxSize(ctx); err != nil {
		return fmt.Errorf("before the fault: %w", err)
	}
	return s.chaosMeshFault.Prepare(ctx)
}

// oneRead is what one read of the state store takes, in bytes: gRPC's default for a
// received message (google.golang.org/grpc, MaxCallRecvMsgSize).
const oneRead = 4 << 20

// Inject implements Fault.
func (s *silentOutage) Inject(ctx context.Context) error {
	if err := s.chaosMeshFault.Inject(ctx); err != nil {
		return err
	}
	if _, err := s.chaosMeshFault.Proof(ctx); err != nil {
		return fmt.Errorf("take the broker away: %w", err)
	}
	// To add up the outbox costs the database more than a look at an object.
	growing, cancel := context.WithTimeout(ctx, s.lab.Spec.Timeouts.SteadyState.Duration)
	defer cancel()
	if _, err := burst(growing, s.traffic, s.lab.Spec.Timeouts.StableFor.Duration, s.outboxSize); err != nil {
		return err
	}
	if err := s.traffic.Silence(); err != nil {
		return fmt.Errorf("end the traffic: %w", err)
	}
	return nil
}

// Proof implements Fault: the broker is away, and the database has more in the outbox
// than one read takes.
func (s *silentOutage) Proof(ctx context.Context) (Proof, error) {
	proof, err := s.chaosMeshFault.Proof(ctx)
	if err != nil {
		return Proof{}, err
	}
	size, err := s.outboxSize(ctx)
	if err != nil {
		return Proof{}, err
	}
	if size < oneRead {
		return Proof{}, fmt.Errorf("the database has %d bytes in the outbox, less than the %d that one read takes", size, oneRead)
	}
	proof.Text += fmt.Sprintf("the database has %d bytes in the outbox, more than the %d that one read takes, and the traffic has ended", size, oneRead)
	return proof, nil
}

// burst makes large objects until enough waits, and returns how much does, in bytes.
func burst(ctx context.Context, traffic Traffic, every time.Duration, size func(context.Context) (int64, error)) (int64, error) {
	making, enough := context.WithCancel(ctx)
	made := make(chan error, 1)
	go func() {
		_, err := traffic.Burst(making)
		made <- err
	}()
	tick := time.NewTicker(every)
	defer tick.Stop()
	last := int64(0)
	for {
		now, err := size(ctx)
		if err == nil {
			last = now
		}
		if last >= oneRead {
			enough()
			return last, <-made
		}
		select {
		case err := <-made: // before it was enough
			enough()
			return last, errors.Join(fmt.Errorf("%d bytes wait in the outbox, want %d", last, oneRead), err, ctx.Err())
		case <-tick.C:
		}
	}
}

// outboxQuery sums up the documents of the outbox, whose keys contain the variable keys,
// as they are read. Dapr's component keeps bytes in base64, and says so in isbinary.
const outboxQuery = `select coalesce(sum(case when isbinary then octet_length(value::text) / 4 * 3 else octet_length(value::text) end), 0)
from state where position(:'keys' in key) > 0`

// outboxSize is how much waits in the outbox, in bytes, by the word of the database.
func (s *silentOutage) outboxSize(ctx context.Context) (int64, error) {
	pods, err := s.lab.pods(ctx, s.waiting.database)
	if err != nil {
		return 0, err
	}
	out, err := s.lab.Cluster.Exec(ctx, pods[0].Namespace, pods[0].Name, "", "sh", "-c",
		`echo "$1" | PGPASSWORD=$(cat "$POSTGRES_PASSWORD_FILE") psql -X -U "$POSTGRES_USER" -d "$POSTGRES_DB" -At -v ON_ERROR_STOP=1 -v keys="$2"`, "assay", outboxQuery, s.waiting.keys)
	if err != nil {
		return 0, fmt.Errorf("ask the database how much waits in the outbox: %w", err)
	}
	size, err := strconv.ParseInt(strings.TrimSpace(out), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("ask the database how much waits in the outbox: %w", err)
	}
	return size, nil
}
