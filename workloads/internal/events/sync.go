package events

import (
	"encoding/json"
	"time"

	"assay.dev/assay/workloads/internal/strictjson"
)

// Actions of a task update event.
const (
	ActionCreate   = "create"
	ActionUpdate   = "update"
	ActionDelete   = "delete"
	ActionComplete = "complete"
)

// Sync is the data of a task update event. The specification gives
// task_snapshot as an object without members: todo-backend puts a Task there,
// and consumers only require an object.
type Sync struct {
	TaskID       string          `json:"task_id"`
	UserID       string          `json:"user_id"`
	Action       string          `json:"action"`
	TaskSnapshot json.RawMessage `json:"task_snapshot"`
}

// NewSync makes a task update event, without datacontenttype as in NewReminder.
func (n Names) NewSync(id string, at time.Time, sync Sync) Envelope[Sync] {
	return Envelope[Sync]{
		SpecVersion: SpecVersion, Type: n.Sync.Types[0], Source: n.Sync.Source, ID: id, Time: at.UTC(), Data: sync,
	}
}

// ParseSync checks raw against the schema of task update events; errors are
// those of ParseTask.
func (n Names) ParseSync(raw []byte) (Envelope[Sync], error) {
	return parse(raw, n.Sync, false, func(d *strictjson.Object) Sync {
		sync := Sync{
			TaskID: d.UUID("task_id"),
			UserID: d.UUID("user_id"),
			Action: d.Enum("action", ActionCreate, ActionUpdate, ActionDelete, ActionComplete),
		}
		d.Object("task_snapshot")
		sync.TaskSnapshot = d.Raw("task_snapshot")
		return sync
	})
}
