package cluster

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

func TestServerConfig(t *testing.T) {
	want := `broker.id=0
log.dirs=/var/lib/kafka/data/kafka-log0
zookeeper.connect=todo-kafka-zookeeper-client:2181
listeners=CONTROLPLANE-9090://0.0.0.0:9090,REPLICATION-9091://0.0.0.0:9091,PLAIN-9092://0.0.0.0:9092
advertised.listeners=CONTROLPLANE-9090://todo-kafka-kafka-0.todo-kafka-kafka-brokers.kafka.svc:9090,REPLICATION-9091://todo-kafka-kafka-0.todo-kafka-kafka-brokers.kafka.svc:9091,PLAIN-9092://todo-kafka-kafka-0.todo-kafka-kafka-brokers.kafka.svc:9092
listener.security.protocol.map=CONTROLPLANE-9090:PLAINTEXT,REPLICATION-9091:PLAINTEXT,PLAIN-9092:PLAINTEXT
control.plane.listener.name=CONTROLPLANE-9090
inter.broker.listener.name=REPLICATION-9091
inter.broker.protocol.version=3.6
auto.create.topics.enable=false
offsets.topic.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.replication.factor=1
`
	maps := render(t).KafkaConfigMaps()
	if len(maps) != 1 || maps[0].Name != "todo-kafka-kafka-0" {
		t.Fatalf("config maps = %v", maps)
	}
	if diff := cmp.Diff(want, maps[0].Data["server.config"]); diff != "" {
		t.Errorf("server.config (-want +got):\n%s", diff)
	}
	if !strings.Contains(maps[0].Data["log4j.properties"], "log4j.rootLogger=INFO, CONSOLE\n") {
		t.Errorf("log4j.properties = %s", maps[0].Data["log4j.properties"])
	}
}

func TestEachBrokerHasItsOwnConfig(t *testing.T) {
	maps := render(t, "kafka:\n    version: 3.6.0\n    replicas: 1", "kafka:\n    version: 3.6.0\n    replicas: 3").KafkaConfigMaps()
	if len(maps) != 3 || maps[2].Name != "todo-kafka-kafka-2" {
		t.Fatalf("config maps = %v", maps)
	}
	for _, want := range []string{"broker.id=2\n", "kafka-log2\n", "PLAIN-9092://todo-kafka-kafka-2.todo-kafka-kafka-brokers.kafka.svc:9092\n"} {
		if !strings.Contains(maps[2].Data["server.config"], want) {
			t.Errorf("configuration of broker 2 lacks %q", want)
		}
	}
}

func TestProtocolVersionOfTheUserWins(t *testing.T) {
	config := render(t, "auto.create.topics.enable: false", `inter.broker.protocol.version: "3.5"`).KafkaConfigMaps()[0].Data["server.config"]
	if strings.Count(config, "inter.broker.protocol.version=") != 1 || !strings.Contains(config, "inter.broker.protocol.version=3.5\n") {
		t.Errorf("server.config = %s", config)
	}
}

func TestZookeeperConfig(t *testing.T) {
	single := render(t).ZookeeperConfigMap()
	want := `dataDir=/var/lib/zookeeper/data
clientPort=2181
admin.enableServer=false
4lw.commands.whitelist=ruok,srvr
autopurge.purgeInterval=1
autopurge.snapRetainCount=3
initLimit=5
maxClientCnxns=0
syncLimit=2
tickTime=2000
`
	if diff := cmp.Diff(want, single.Data["zookeeper.cfg"]); diff != "" {
		t.Errorf("zookeeper.cfg (-want +got):\n%s", diff)
	}
	if single.Name != "todo-kafka-zookeeper-config" {
		t.Errorf("name = %s", single.Name)
	}
	three := render(t, "zookeeper:\n    replicas: 1", "zookeeper:\n    config: {tickTime: 1000}\n    replicas: 3").ZookeeperConfigMap().Data["zookeeper.cfg"]
	for _, want := range []string{
		"tickTime=1000\n",
		"quorumListenOnAllIPs=true\n",
		"server.1=todo-kafka-zookeeper-0.todo-kafka-zookeeper-nodes.kafka.svc:2888:3888\n",
		"server.3=todo-kafka-zookeeper-2.todo-kafka-zookeeper-nodes.kafka.svc:2888:3888\n",
	} {
		if !strings.Contains(three, want) {
			t.Errorf("zookeeper.cfg of three servers lacks %q:\n%s", want, three)
		}
	}
}

func TestPropertiesCannotBeSmuggledIn(t *testing.T) {
	kafka := parse(t, todoKafka)
	kafka.Spec.Kafka.Config = map[string]apiextensionsv1.JSON{
		"compression.type": {Raw: []byte(`"gzip\nauthorizer.class.name=evil"`)},
		"a=b":              {Raw: []byte(`" c\\d"`)},
	}
	c, err := New(kafka, testSettings, Observed{})
	if err != nil {
		t.Fatal(err)
	}
	config := c.KafkaConfigMaps()[0].Data["server.config"]
	for _, want := range []string{"compression.type=gzip\\nauthorizer.class.name=evil\n", "a\\=b=\\ c\\\\d\n"} {
		if !strings.Contains(config, want) {
			t.Errorf("server.config lacks %q:\n%s", want, config)
		}
	}
}

func TestForbiddenOptionsAreDroppedWithAWarning(t *testing.T) {
	for _, tc := range []struct {
		options optionFilter
		key     string
		want    bool
	}{
		{kafkaOptions, "listeners", true},
		{kafkaOptions, "broker.id", true},
		{kafkaOptions, "zookeeper.connect", true},
		{kafkaOptions, "zookeeper.connection.timeout.ms", false},
		{kafkaOptions, "SSL.keystore.location", true},
		{kafkaOptions, "ssl.enabled.protocols", false},
		{kafkaOptions, "log.retention.ms", false},
		{kafkaOptions, "log.dirs", true},
		{kafkaOptions, "num.partitions", false},
		{zookeeperOptions, "server.1", true},
		{zookeeperOptions, "dataDir", true},
		{zookeeperOptions, "tickTime", false},
		{zookeeperOptions, "ssl.ciphersuites", false},
	} {
		if got := tc.options.forbids(tc.key); got != tc.want {
			t.Errorf("forbids(%s) = %v, want %v", tc.key, got, tc.want)
		}
	}
	c := render(t, "auto.create.topics.enable: false", "broker.id: 7")
	config := c.KafkaConfigMaps()[0].Data["server.config"]
	if strings.Contains(config, "broker.id=7") {
		t.Errorf("server.config = %s", config)
	}
	for _, w := range c.Warnings {
		if w.Type == "Warning" && w.Status == "True" && strings.Contains(w.Message, `"broker.id"`) {
			return
		}
	}
	t.Errorf("warnings = %+v, want one about broker.id", c.Warnings)
}
