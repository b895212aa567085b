package kafkaadmin

import (
	"errors"
	"io"
	"testing"

	"github.com/IBM/sarama"
	"github.com/google/go-cmp/cmp"
)

// fakeAdmin answers as told; methods that are not overridden panic.
type fakeAdmin struct {
	sarama.ClusterAdmin
	err     error
	topic   *sarama.TopicMetadata
	configs []sarama.ConfigEntry
	entries map[string]sarama.IncrementalAlterConfigsEntry
	detail  *sarama.TopicDetail
	closed  bool
}

func (f *fakeAdmin) DescribeTopics([]string) ([]*sarama.TopicMetadata, error) {
	return []*sarama.TopicMetadata{f.topic}, f.err
}

func (f *fakeAdmin) DescribeConfigs([]*sarama.ConfigResource, sarama.DescribeConfigsOptions) ([]*sarama.ConfigResourceResult, error) {
	return []*sarama.ConfigResourceResult{{Configs: f.configs}}, f.err
}

func (f *fakeAdmin) CreateTopic(_ string, detail *sarama.TopicDetail, _ bool) error {
	f.detail = detail
	return f.err
}

func (f *fakeAdmin) IncrementalAlterConfig(_ sarama.ConfigResourceType, _ string,
	entries map[string]sarama.IncrementalAlterConfigsEntry, _ bool,
) error {
	f.entries = entries
	return f.err
}

func (f *fakeAdmin) CreatePartitions(string, int32, [][]int32, bool) error { return f.err }
func (f *fakeAdmin) DeleteTopic(string) error                              { return f.err }

func (f *fakeAdmin) Close() error {
	f.closed = true
	return nil
}

// newTopics counts connections to the given administrator.
func newTopics(admin *fakeAdmin) (topics *Topics, dials *int) {
	dials = new(int)
	return &Topics{addresses: []string{"broker:9091"}, dial: func() (sarama.ClusterAdmin, error) {
		*dials++
		admin.closed = false
		return admin, nil
	}}, dials
}

func TestDescribeTopic(t *testing.T) {
	admin := &fakeAdmin{
		topic: &sarama.TopicMetadata{Name: "a", Uuid: sarama.Uuid{1}, Partitions: []*sarama.PartitionMetadata{
			{ID: 0, Replicas: []int32{0}}, {ID: 1, Replicas: []int32{0, 1}},
		}},
		configs: []sarama.ConfigEntry{
			{Name: "retention.ms", Value: "604800000", Source: sarama.SourceTopic},
			{Name: "segment.bytes", Value: "1073741824", Source: sarama.SourceDefault},
			{Name: "cleanup.policy", Value: "delete", Source: sarama.SourceStaticBroker},
		},
	}
	topics, _ := newTopics(admin)
	got, err := topics.Describe("a")
	if err != nil {
		t.Fatal(err)
	}
	want := &Topic{ID: "AQAAAAAAAAAAAAAAAAAAAA", Replicas: map[int32]int{0: 1, 1: 2}, Config: map[string]string{"retention.ms": "604800000"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("topic (-want +got):\n%s", diff)
	}
	admin.topic = &sarama.TopicMetadata{Name: "a", Err: sarama.ErrUnknownTopicOrPartition}
	if _, err := topics.Describe("a"); !errors.Is(err, ErrTopicNotFound) {
		t.Errorf("error = %v, want %v", err, ErrTopicNotFound)
	}
}

func TestErrorsAreToldApart(t *testing.T) {
	message := "Topic 'a' already exists."
	for name, tc := range map[string]struct {
		answer error
		want   error
	}{
		"exists":    {&sarama.TopicError{Err: sarama.ErrTopicAlreadyExists, ErrMsg: &message}, ErrTopicExists},
		"not found": {sarama.ErrUnknownTopicOrPartition, ErrTopicNotFound},
		"other":     {sarama.ErrInvalidReplicationFactor, sarama.ErrInvalidReplicationFactor},
	} {
		t.Run(name, func(t *testing.T) {
			topics, _ := newTopics(&fakeAdmin{err: tc.answer})
			if err := topics.Create("a", 1, 1, nil); !errors.Is(err, tc.want) {
				t.Errorf("error = %v, want %v", err, tc.want)
			}
		})
	}
}

func TestDeletingWhatIsGoneIsNoError(t *testing.T) {
	topics, _ := newTopics(&fakeAdmin{err: sarama.ErrUnknownTopicOrPartition})
	if err := topics.Delete("a"); err != nil {
		t.Error(err)
	}
}

func TestConnectionIsKeptOrRenewed(t *testing.T) {
	admin := &fakeAdmin{}
	topics, dials := newTopics(admin)
	expect := func(want int, why string) {
		t.Helper()
		if *dials != want {
			t.Errorf("%s: %d connections, want %d", why, *dials, want)
		}
	}
	expect(0, "before use")
	_ = topics.AddPartitions("a", 2)
	_ = topics.AddPartitions("a", 3)
	expect(1, "two calls")
	admin.err = sarama.ErrPolicyViolation
	_ = topics.AddPartitions("a", 4)
	admin.err = io.EOF
	_ = topics.AddPartitions("a", 4)
	expect(1, "an answer of the broker keeps the connection")
	if !admin.closed {
		t.Error("a broken connection was not closed")
	}
	admin.err = nil
	if err := topics.AddPartitions("a", 4); err != nil {
		t.Error(err)
	}
	expect(2, "after a broken connection")
	if err := topics.Close(); err != nil || !admin.closed {
		t.Errorf("close: %v, closed %v", err, admin.closed)
	}
	if err := topics.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
}

func TestChangesAsSent(t *testing.T) {
	admin := &fakeAdmin{}
	topics, _ := newTopics(admin)
	if err := topics.AlterConfig("a", map[string]string{"x": "1"}, []string{"y"}); err != nil {
		t.Fatal(err)
	}
	one := "1"
	want := map[string]sarama.IncrementalAlterConfigsEntry{
		"x": {Operation: sarama.IncrementalAlterConfigsOperationSet, Value: &one},
		"y": {Operation: sarama.IncrementalAlterConfigsOperationDelete},
	}
	if diff := cmp.Diff(want, admin.entries); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	if err := topics.Create("a", -1, -1, map[string]string{"x": "1"}); err != nil {
		t.Fatal(err)
	}
	if admin.detail.NumPartitions != -1 || admin.detail.ReplicationFactor != -1 || *admin.detail.ConfigEntries["x"] != "1" {
		t.Errorf("detail = %+v", admin.detail)
	}
	if err := topics.Create("a", 1, 40000, nil); err == nil {
		t.Error("more replicas than the protocol can carry were accepted")
	}
}
