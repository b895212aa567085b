package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"assay.dev/assay/workloads/internal/dapr"
	"assay.dev/assay/workloads/internal/httpx"
	"assay.dev/assay/workloads/todo-backend/internal/task"
)

// idempotencyTTL is how long a key is remembered: as long as Kafka keeps the
// event that a worker may still redeliver (retention of 7 days).
const idempotencyTTL = 7 * 24 * time.Hour

// idempotent remembers what a key made.
type idempotent struct {
	TaskID      string `json:"task_id"`
	Fingerprint string `json:"fingerprint"`
}

// Create stores a new task of the user. With a key the same request makes one
// task however often it is sent: created is false when it existed already.
func (s *Store) Create(ctx context.Context, userID string, fields task.Fields, key string) (v Versioned, created bool, err error) {
	made, err := task.New(userID, fields, s.now())
	if err != nil {
		return Versioned{}, false, err
	}
	revision := newRevision()
	keys := []string{indexKey(userID, made.TaskID)}
	idem, err := newIdempotency(key, userID, fields)
	if err != nil {
		return Versioned{}, false, err
	}
	keys = append(keys, idem.keys()...)

	var existing string
	stored, err := s.change(ctx, made.TaskID, revision, keys, func(v view) (plan, error) {
		id, err := idem.lookup(v)
		if err != nil {
			return plan{}, err
		}
		if id != "" {
			existing = id
			return plan{}, errDone
		}
		ops, err := idem.remember(v, made.TaskID)
		if err != nil {
			return plan{}, err
		}
		index, err := indexAdd(userID, made.TaskID, v)
		return plan{after: &made, ops: append(ops, index)}, err
	})
	if errors.Is(err, errDone) {
		v, err = s.made(ctx, existing)
		return v, false, err
	}
	if err != nil {
		return Versioned{}, false, err
	}
	return Versioned{Task: *stored, Revision: revision}, true, nil
}

// made returns the task that an idempotency key made.
func (s *Store) made(ctx context.Context, id string) (Versioned, error) {
	v, err := s.Get(ctx, id)
	var problem *httpx.Problem
	if errors.As(err, &problem) && problem.Status == http.StatusNotFound {
		return v, httpx.NewProblem(http.StatusGone, "deleted-meanwhile", "Deleted meanwhile",
			"The task that this Idempotency-Key made was deleted. Use a new key for a new task.")
	}
	return v, err
}

// Update applies edit to the task. ifMatch, when not empty, is the revision
// that the client has seen.
func (s *Store) Update(ctx context.Context, id, ifMatch string, edit task.Edit) (Versioned, error) {
	revision := newRevision()
	stored, err := s.change(ctx, id, revision, nil, func(v view) (plan, error) {
		if err := precondition(id, v.current, ifMatch); err != nil {
			return plan{}, err
		}
		fields, err := edit(v.current.Task)
		if err != nil {
			return plan{}, httpx.FromDocument(err)
		}
		after := v.current.Task.With(fields, s.now())
		return plan{before: &v.current.Task, after: &after}, nil
	})
	if err != nil {
		return Versioned{}, err
	}
	return Versioned{Task: *stored, Revision: revision}, nil
}

// Delete removes the task.
func (s *Store) Delete(ctx context.Context, id, ifMatch string) error {
	// The index shard's key needs the user, who is only known from the task.
	known, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	keys := []string{indexKey(known.UserID, id)}
	_, err = s.change(ctx, id, newRevision(), keys, func(v view) (plan, error) {
		if v.current == nil && v.repeated {
			// Gone between two attempts: by the first one, whose answer was
			// lost, or by someone else. Only the client can find out.
			return plan{}, unclear(true, fmt.Errorf("task %s vanished during its deletion", id))
		}
		if err := precondition(id, v.current, ifMatch); err != nil {
			return plan{}, err
		}
		ops, err := indexRemove(known.UserID, id, v)
		return plan{before: &v.current.Task, ops: ops}, err
	})
	return err
}

// precondition checks that the task exists in the revision the client saw.
func precondition(id string, current *record, ifMatch string) error {
	if current == nil {
		return httpx.NotFound("There is no task " + id + ".")
	}
	if ifMatch != "" && ifMatch != "*" && ifMatch != current.Revision {
		return httpx.NewProblem(http.StatusPreconditionFailed, "changed-meanwhile", "Changed meanwhile",
			"The task has changed since you read it. Read it again and repeat your change.")
	}
	return nil
}

// idempotency is one request's key; a zero key remembers nothing.
type idempotency struct {
	stateKey    string
	fingerprint string
}

func newIdempotency(key, userID string, fields task.Fields) (idempotency, error) {
	if key == "" {
		return idempotency{}, nil
	}
	body, err := json.Marshal(struct {
		UserID string
		Fields task.Fields
	}{userID, fields})
	if err != nil {
		return idempotency{}, fmt.Errorf("encode the request's fingerprint: %w", err)
	}
	return idempotency{stateKey: "idempotency:" + digest([]byte(key)), fingerprint: digest(body)}, nil
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func (i idempotency) keys() []string {
	if i.stateKey == "" {
		return nil
	}
	return []string{i.stateKey}
}

// lookup returns the task that the key made before, or nothing.
func (i idempotency) lookup(v view) (string, error) {
	item := v.items[i.stateKey]
	if i.stateKey == "" || !item.Exists() {
		return "", nil
	}
	var known idempotent
	if err := json.Unmarshal(item.Value, &known); err != nil {
		return "", fmt.Errorf("decode an idempotency record: %w", err)
	}
	if known.Fingerprint != i.fingerprint {
		return "", httpx.NewProblem(http.StatusUnprocessableEntity, "idempotency-key-reused", "Idempotency key reused",
			"This Idempotency-Key came with another request before. Use a new key for a new task.")
	}
	return known.TaskID, nil
}

// remember returns the write of the key.
func (i idempotency) remember(v view, taskID string) ([]dapr.Op, error) {
	if i.stateKey == "" {
		return nil, nil
	}
	value, err := json.Marshal(idempotent{TaskID: taskID, Fingerprint: i.fingerprint})
	if err != nil {
		return nil, fmt.Errorf("encode an idempotency record: %w", err)
	}
	return []dapr.Op{{Key: i.stateKey, ETag: v.items[i.stateKey].ETag, Value: value, TTL: idempotencyTTL}}, nil
}
