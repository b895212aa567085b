package store

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"net/http"
	"slices"
	"strings"

	"assay.dev/assay/workloads/internal/dapr"
	"assay.dev/assay/workloads/internal/httpx"
)

const (
	// indexShards splits a user's list of task ids, so that changes of several
	// tasks of one user seldom conflict and a long list is not one big document.
	indexShards = 16
	// maxIndexShard bounds one shard, so about 16,000 tasks of a user.
	maxIndexShard = 1000
)

// index is the value of an index shard.
type index struct {
	TaskIDs []string `json:"task_ids"`
}

func indexShardKey(userID string, shard int) string {
	return fmt.Sprintf("tasks-of:%s:%02d", userID, shard)
}

func indexKey(userID, taskID string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(taskID)) // a hash never fails
	return indexShardKey(userID, int(h.Sum32()%indexShards))
}

func readIndex(key string, item dapr.Item) (index, error) {
	var ix index
	if !item.Exists() {
		return ix, nil
	}
	if err := json.Unmarshal(item.Value, &ix); err != nil {
		return ix, fmt.Errorf("decode %s: %w", key, err)
	}
	return ix, nil
}

func writeIndex(key string, item dapr.Item, ix index) (dapr.Op, error) {
	value, err := json.Marshal(ix)
	if err != nil {
		return dapr.Op{}, fmt.Errorf("encode %s: %w", key, err)
	}
	return dapr.Op{Key: key, ETag: item.ETag, Value: value}, nil
}

func indexAdd(userID, taskID string, v view) (dapr.Op, error) {
	key := indexKey(userID, taskID)
	ix, err := readIndex(key, v.items[key])
	if err != nil {
		return dapr.Op{}, err
	}
	if len(ix.TaskIDs) >= maxIndexShard {
		return dapr.Op{}, httpx.NewProblem(http.StatusConflict, "too-many-tasks", "Too many tasks", "The user has too many tasks. Delete some first.")
	}
	ix.TaskIDs = append(ix.TaskIDs, taskID)
	return writeIndex(key, v.items[key], ix)
}

// indexRemove returns no write when the index does not have the task.
func indexRemove(userID, taskID string, v view) ([]dapr.Op, error) {
	key := indexKey(userID, taskID)
	ix, err := readIndex(key, v.items[key])
	if err != nil {
		return nil, err
	}
	at := slices.Index(ix.TaskIDs, taskID)
	if at < 0 {
		return nil, nil
	}
	ix.TaskIDs = slices.Delete(ix.TaskIDs, at, at+1)
	op, err := writeIndex(key, v.items[key], ix)
	return []dapr.Op{op}, err
}

// Get returns one task.
func (s *Store) Get(ctx context.Context, id string) (Versioned, error) {
	v, err := s.view(ctx, id, []string{taskKey(id)})
	if err != nil {
		return Versioned{}, unclear(false, err)
	}
	if v.current == nil {
		return Versioned{}, httpx.NotFound("There is no task " + id + ".")
	}
	return Versioned{Task: v.current.Task, Revision: v.current.Revision}, nil
}

// List returns the user's tasks, newest first, at most limit of them, and only
// those older than the task before when that is not empty. next, when not
// empty, is the before of the following page.
func (s *Store) List(ctx context.Context, userID string, limit int, before string) (tasks []Versioned, next string, err error) {
	ids, err := s.ids(ctx, userID)
	if err != nil {
		return nil, "", unclear(false, err)
	}
	// Version 7 UUIDs sort by the time they were made.
	slices.SortFunc(ids, func(a, b string) int { return strings.Compare(b, a) })
	if before != "" {
		ids = slices.DeleteFunc(ids, func(id string) bool { return id >= before })
	}
	if len(ids) > limit {
		ids = ids[:limit]
		next = ids[limit-1]
	}
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = taskKey(id)
	}
	items, err := s.state.Get(ctx, keys...)
	if err != nil {
		return nil, "", unclear(false, err)
	}
	tasks = make([]Versioned, 0, len(ids))
	for _, key := range keys {
		if !items[key].Exists() {
			continue // deleted between the two reads
		}
		var r record
		if err := json.Unmarshal(items[key].Value, &r); err != nil {
			return nil, "", fmt.Errorf("decode %s: %w", key, err)
		}
		tasks = append(tasks, Versioned{Task: r.Task, Revision: r.Revision})
	}
	return tasks, next, nil
}

func (s *Store) ids(ctx context.Context, userID string) ([]string, error) {
	keys := make([]string, indexShards)
	for shard := range keys {
		keys[shard] = indexShardKey(userID, shard)
	}
	items, err := s.state.Get(ctx, keys...)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, key := range keys {
		ix, err := readIndex(key, items[key])
		if err != nil {
			return nil, err
		}
		ids = append(ids, ix.TaskIDs...)
	}
	return ids, nil
}
