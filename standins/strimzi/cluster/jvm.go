package cluster

import (
	"maps"
	"slices"

	"assay.dev/assay/standins/strimzi/api"
)

// libraries is where the image keeps the jars of Kafka and ZooKeeper; Java
// itself expands the star.
const libraries = "/opt/kafka/libs/*"

// collectorFlags are Kafka's own defaults; -XX options of the user replace them.
var collectorFlags = []string{
	"-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-XX:InitiatingHeapOccupancyPercent=35", "-XX:+ExplicitGCInvokesConcurrent",
}

// javaCommand is the whole command line of a server, without a shell, so that
// Java is the container's first process and receives SIGTERM itself: brokers
// answer it with a controlled shutdown.
//
// Without a heap size the heap may take ramPercentage of the container's
// memory, as Strimzi decides too.
func javaCommand(options api.JvmOptions, ramPercentage string, properties []string, mainClass, config string) []string {
	command := []string{"java"}
	if options.Xms != "" {
		command = append(command, "-Xms"+options.Xms)
	}
	if options.Xmx != "" {
		command = append(command, "-Xmx"+options.Xmx)
	} else {
		command = append(command, "-XX:MaxRAMPercentage="+ramPercentage)
	}
	command = append(command, "-XX:+ExitOnOutOfMemoryError", "-XX:+PerfDisableSharedMem", "-Djava.awt.headless=true")
	if len(options.XX) == 0 {
		command = append(command, collectorFlags...)
	}
	for _, key := range slices.Sorted(maps.Keys(options.XX)) {
		switch value := options.XX[key]; value {
		case "true":
			command = append(command, "-XX:+"+key)
		case "false":
			command = append(command, "-XX:-"+key)
		default:
			command = append(command, "-XX:"+key+"="+value)
		}
	}
	command = append(command, properties...)
	for _, property := range options.JavaSystemProperties {
		command = append(command, "-D"+property.Name+"="+property.Value)
	}
	return append(command, "-cp", libraries, mainClass, config)
}
