package cluster

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/standins/strimzi/api"
)

// startZookeeper leaves the server's number beside the data, where ZooKeeper
// looks for it, and becomes Java.
const startZookeeper = `mkdir -p ` + zookeeperDataPath + ` && printf %s "$ZOOKEEPER_ID" > ` +
	zookeeperDataPath + `/myid && exec "$@"`

// ZookeeperPodSet holds the ZooKeeper servers' pods.
func (c *Cluster) ZookeeperPodSet() *api.StrimziPodSet {
	name := ZookeeperName(c.Name)
	config := c.ZookeeperConfigMap()
	java := javaCommand(c.Zookeeper.JvmOptions, "75",
		[]string{"-Dlog4j.configuration=file:" + zookeeperConfigPath + "/" + log4jKey},
		"org.apache.zookeeper.server.quorum.QuorumPeerMain", zookeeperConfigPath+"/"+zookeeperConfigKey)
	pods := make([]corev1.Pod, 0, c.Zookeeper.Replicas)
	for i := range c.Zookeeper.Replicas {
		pods = append(pods, c.pod(podParts{
			ordinal:       i,
			component:     c.Zookeeper,
			name:          name,
			componentType: typeZookeeper,
			container:     "zookeeper",
			subdomain:     ZookeeperNodesServiceName(c.Name),
			annotations:   map[string]string{AnnotationConfigHash: hash(config.Data)},
			command:       append([]string{"bash", "-c", startZookeeper, "zookeeper"}, java...),
			env:           []corev1.EnvVar{{Name: "ZOOKEEPER_ID", Value: strconv.Itoa(int(i) + 1)}},
			ports: []corev1.ContainerPort{
				containerPort("tcp-clients", zookeeperClientPort),
				containerPort("tcp-clustering", zookeeperClusteringPort),
				containerPort("tcp-election", zookeeperElectionPort),
			},
			configMap:  config.Name,
			configPath: zookeeperConfigPath,
			dataPath:   zookeeperVolumePath,
			probes:     zookeeperProbes(),
		}))
	}
	return c.podSet(name, typeZookeeper, c.Zookeeper, pods)
}

// ZookeeperClaims are the servers' volume claims, none for ephemeral storage.
func (c *Cluster) ZookeeperClaims() []*corev1.PersistentVolumeClaim {
	return c.claims(ZookeeperName(c.Name), typeZookeeper, c.Zookeeper)
}
