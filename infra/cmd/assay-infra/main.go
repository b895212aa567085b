// Command assay-infra is the cloud part by itself: what the workflows need, without
// the code that talks to Kafka.
package main

import (
	"os"

	"assay.dev/assay/infra/cli"
)

func main() { os.Exit(cli.Main()) }
