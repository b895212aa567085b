package observe

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/IBM/sarama"
	"k8s.io/apimachinery/pkg/util/wait"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/kube"
)

// Groups watches the committed offsets of consumer groups and their members. Both are
// states, not events: they are looked at again and again, a change is recorded when it
// is seen, and a broker that does not answer for a while hides nothing that the
// next answer does not show. So this observer has no gaps; it is lost if the
// last look failed.
type Groups struct {
	log     Log
	options GroupsOptions
	start   history.Nanos
	admin   sarama.ClusterAdmin
	client  sarama.Client

	stop    context.CancelFunc
	running sync.WaitGroup

	mu      sync.Mutex
	commits map[groupPartition]int64
	members map[string]membership
	// made is which topic of its name each is, lives how often it was recreated.
	made        map[string]sarama.Uuid
	generations map[string]int32
	failed      error // of the history, the first
}

type groupPartition struct {
	group string
	partition
}

// GroupsOptions say what is watched.
type GroupsOptions struct {
	Brokers kube.Brokers
	// Topics are those that each group consumes.
	Topics map[string][]string
	// Every is the time between two looks, Steady how long nothing may change
	// until the groups count as drained.
	Every, Steady time.Duration
}

// WatchGroups records the offsets as they are, and each change until Stop.
func WatchGroups(ctx context.Context, log Log, options GroupsOptions) (*Groups, error) {
	g := &Groups{log: log, options: options, start: log.Now(), commits: map[groupPartition]int64{}, members: map[string]membership{}, made: map[string]sarama.Uuid{}, generations: map[string]int32{}}
	if err := g.poll(); err != nil {
		return nil, errors.Join(fmt.Errorf("watch consumer groups: %w", err), g.hangUp())
	}
	watching, stop := context.WithCancel(context.WithoutCancel(ctx))
	g.stop = stop
	g.running.Go(func() {
		again := time.NewTicker(options.Every)
		defer again.Stop()
		for {
			select {
			case <-watching.Done():
				return
			case <-again.C:
				_ = g.poll() // the next look shows what this one did not
			}
		}
	})
	return g, nil
}

// poll asks for all committed offsets and records those that changed.
func (g *Groups) poll() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	err := g.ask()
	if err != nil {
		// A connection that failed once is not asked again.
		_ = g.hangUp()
	}
	return err
}

func (g *Groups) hangUp() error {
	if g.admin == nil {
		return nil
	}
	admin := g.admin
	g.admin, g.client = nil, nil
	return admin.Close()
}

func (g *Groups) call() error {
	if g.admin != nil {
		return nil
	}
	client, admin, err := g.options.Brokers.Client()
	if err != nil {
		return err
	}
	g.admin, g.client = admin, client
	return nil
}

func (g *Groups) ask() error {
	if err := g.call(); err != nil {
		return err
	}
	asked := map[string]map[string][]int32{}
	for group, topics := range g.options.Topics {
		asked[group] = map[string][]int32{}
		for _, topic := range topics {
			numbers, err := g.client.Partitions(topic)
			if err != nil {
				return fmt.Errorf("partitions of %s: %w", topic, err)
			}
			asked[group][topic] = numbers
		}
	}
	if err := g.identify(); err != nil {
		return err
	}
	deserted, err := g.describe()
	if err != nil {
		return err
	}
	answer, err := g.admin.ListConsumerGroupOffsetsBatch(asked)
	if err != nil {
		return fmt.Errorf("committed offsets: %w", err)
	}
	seen := g.log.Now()
	for group, topics := range asked {
		for topic, numbers := range topics {
			for _, number := range numbers {
				if err := g.note(answer[group], groupPartition{group, partition{topic, number}}, seen, deserted[group]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// identify counts the lives of the topics. Offsets of one that was recreated start
// again.
func (g *Groups) identify() error {
	var names []string
	for _, topics := range g.options.Topics {
		names = append(names, topics...)
	}
	slices.Sort(names)
	topics, err := g.admin.DescribeTopics(slices.Compact(names))
	if err != nil {
		return fmt.Errorf("describe the topics: %w", err)
	}
	for _, topic := range topics {
		if err := kafkaError(topic.Err); err != nil {
			return fmt.Errorf("describe topic %s: %w", topic.Name, err)
		}
		if before, known := g.made[topic.Name]; known && before != topic.Uuid {
			g.generations[topic.Name]++
			maps.DeleteFunc(g.commits, func(c groupPartition, _ int64) bool { return c.topic == topic.Name })
		}
		g.made[topic.Name] = topic.Uuid
	}
	return nil
}

// note records an offset if it changed. The offset of a group that had no member since
// the last look was moved by another hand.
func (g *Groups) note(answer *sarama.OffsetFetchResponseGroup, c groupPartition, seen history.Nanos, deserted bool) error {
	if answer == nil || answer.Blocks[c.topic][c.number] == nil {
		return fmt.Errorf("the broker returned nothing about group %s on %s/%d", c.group, c.topic, c.number)
	}
	block := answer.Blocks[c.topic][c.number]
	if err := errors.Join(kafkaError(answer.Err), kafkaError(block.Err)); err != nil {
		return fmt.Errorf("offset of group %s on %s/%d: %w", c.group, c.topic, c.number, err)
	}
	if before, known := g.commits[c]; !known || before != block.Offset {
		g.commits[c] = block.Offset
		if known && deserted && before >= 0 && block.Offset >= 0 {
			err := g.log.Write(history.Move{
				Seen: seen, Group: c.group, Topic: c.topic, Partition: c.number, From: before, To: block.Offset, Life: g.generations[c.topic],
			})
			if err != nil && g.failed == nil {
				g.failed = err
			}
		}
		err := g.log.Write(history.Commit{
			Seen: seen, Group: c.group, Topic: c.topic, Partition: c.number, Offset: block.Offset, Life: g.generations[c.topic],
		})
		if err != nil && g.failed == nil {
			g.failed = err
		}
	}
	return nil
}

func kafkaError(code sarama.KError) error {
	if code == sarama.ErrNoError {
		return nil
	}
	return code
}

// Committed is the offset that was last seen, -1 if there is none.
func (g *Groups) Committed(group, topic string, number int32) int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	if offset, known := g.commits[groupPartition{group, partition{topic, number}}]; known {
		return offset
	}
	return -1
}

// Stop looks once more, until a broker answers or ctx ends, and says how well the
// observer held out. The error is of the history.
func (g *Groups) Stop(ctx context.Context) error {
	g.stop()
	g.running.Wait()
	var err error
	_ = wait.PollUntilContextCancel(ctx, g.options.Every, true, func(context.Context) (bool, error) {
		err = g.poll()
		return err == nil, nil
	}) // what the last look met is judged
	seen := history.Observer{Name: "kafka groups", Kinds: []history.Kind{history.Commits, history.Groups, history.Moves}, Start: g.start, End: g.log.Now()}
	if err != nil {
		seen.Lost = "the last look failed: " + err.Error()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	_ = g.hangUp() // nothing is written through it
	return errors.Join(g.failed, g.log.Write(seen))
}
