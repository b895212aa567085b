package cluster

import "fmt"

// Paths in the ZooKeeper server's container.
const (
	zookeeperVolumePath = "/var/lib/zookeeper"
	zookeeperDataPath   = zookeeperVolumePath + "/data"
	zookeeperConfigPath = "/opt/kafka/custom-config"
	zookeeperConfigKey  = "zookeeper.cfg"
)

// Ensemble places ZooKeeper: what distinguishes servers in pods from one that
// a test starts on its own host.
type Ensemble struct {
	DataDir    string
	ClientPort int32
	// Servers are the host names in the order of their ordinals. A single
	// server runs standalone and needs none.
	Servers []string
}

func (c *Cluster) ensemble() Ensemble {
	e := Ensemble{DataDir: zookeeperDataPath, ClientPort: zookeeperClientPort}
	name := ZookeeperName(c.Name)
	for i := range c.Zookeeper.Replicas {
		e.Servers = append(e.Servers, podHost(PodName(name, i), ZookeeperNodesServiceName(c.Name), c.Namespace))
	}
	return e
}

// ZookeeperConfig renders zookeeper.cfg, the same for every server of the
// ensemble: the server's own number is in the file myid beside the data.
func (c *Cluster) ZookeeperConfig(at Ensemble) string {
	defaults := map[string]string{
		"tickTime":                  "2000",
		"initLimit":                 "5",
		"syncLimit":                 "2",
		"autopurge.purgeInterval":   "1",
		"autopurge.snapRetainCount": "3",
		"maxClientCnxns":            "0",
	}
	var p properties
	p.set("dataDir", at.DataDir)
	p.set("clientPort", at.ClientPort)
	p.set("admin.enableServer", false)
	// for the probes: ruok answers while the process lives, srvr while it serves
	p.set("4lw.commands.whitelist", "ruok,srvr")
	p.setAll(merged(defaults, c.Zookeeper.Config))
	if len(at.Servers) > 1 {
		p.set("quorumListenOnAllIPs", true)
		for i, host := range at.Servers {
			p.set(fmt.Sprintf("server.%d", i+1),
				fmt.Sprintf("%s:%d:%d", host, zookeeperClusteringPort, zookeeperElectionPort))
		}
	}
	return p.String()
}

// ZookeeperLog4j sends ZooKeeper's log to standard output.
func ZookeeperLog4j() string {
	var p properties
	consoleAppender(&p)
	return p.String()
}
