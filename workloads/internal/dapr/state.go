package dapr

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/dapr/go-sdk/client"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// bulkParallelism is asked of stores that read keys one by one;
// state.postgresql reads all in one query.
const bulkParallelism = 10

// maxAnswer bounds one answer of the sidecar, in bytes. gRPC's own bound of 4 MiB is
// less than what some keys hold together, and a read beyond it fails for ever.
const maxAnswer = 32 << 20

// Get implements State. What is too large for one answer is read in halves.
func (s *Sidecar) Get(ctx context.Context, keys ...string) (map[string]Item, error) {
	items := make(map[string]Item, len(keys))
	if len(keys) == 0 {
		return items, nil
	}
	found, err := s.bulk(ctx, keys)
	if len(keys) > 1 && status.Code(err) == codes.ResourceExhausted {
		for _, half := range [][]string{keys[:len(keys)/2], keys[len(keys)/2:]} {
			part, err := s.Get(ctx, half...)
			if err != nil {
				return nil, err
			}
			maps.Copy(items, part)
		}
		return items, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read from %s: %w", s.config.StateStore, err)
	}
	for _, item := range found {
		if item.Error != "" {
			return nil, fmt.Errorf("read %s from %s: %s", item.Key, s.config.StateStore, item.Error)
		}
		items[item.Key] = Item{Value: item.Value, ETag: item.Etag}
	}
	return items, nil
}

func (s *Sidecar) bulk(ctx context.Context, keys []string) ([]*client.BulkStateItem, error) {
	ctx, cancel := s.outgoing(ctx, stateTimeout)
	defer cancel()
	return s.sdk.GetBulkState(ctx, s.config.StateStore, keys, nil, bulkParallelism)
}

// Transact implements State. Dapr answers every failed transaction with the
// same code (Internal), so the cause is found by reading the keys again: an
// ETag that differs from the expected one is a conflict.
func (s *Sidecar) Transact(ctx context.Context, ops ...Op) error {
	err := s.execute(ctx, ops)
	if err == nil {
		return nil
	}
	keys := make([]string, len(ops))
	for i, op := range ops {
		keys[i] = op.Key
	}
	now, readErr := s.Get(ctx, keys...)
	if readErr != nil {
		return errors.Join(err, readErr)
	}
	for _, op := range ops {
		if now[op.Key].ETag != op.ETag {
			return fmt.Errorf("%w: %s: %w", ErrConflict, op.Key, err)
		}
	}
	return err
}

func (s *Sidecar) execute(ctx context.Context, ops []Op) error {
	ctx, cancel := s.outgoing(ctx, stateTimeout)
	defer cancel()
	operations := make([]*client.StateOperation, len(ops))
	for i, op := range ops {
		operations[i] = operation(op)
	}
	if err := s.sdk.ExecuteStateTransaction(ctx, s.config.StateStore, nil, operations); err != nil {
		return fmt.Errorf("write to %s: %w", s.config.StateStore, err)
	}
	return nil
}

func operation(op Op) *client.StateOperation {
	item := &client.SetStateItem{
		Key:   op.Key,
		Value: op.Value,
		Options: &client.StateOptions{
			Concurrency: client.StateConcurrencyFirstWrite,
			Consistency: client.StateConsistencyStrong,
		},
	}
	if op.ETag != "" {
		item.Etag = &client.ETag{Value: op.ETag}
	}
	if op.TTL > 0 {
		item.Metadata = map[string]string{"ttlInSeconds": strconv.Itoa(int(op.TTL / time.Second))}
	}
	kind := client.StateOperationTypeUpsert
	if op.Value == nil {
		kind = client.StateOperationTypeDelete
	}
	return &client.StateOperation{Type: kind, Item: item}
}
