// Command assay-terratest runs one operation of Terraform by Terratest, for infra/tfrun.
package main

import (
	"fmt"
	"os"

	"assay.dev/assay/infra/terratest"
)

func main() {
	fmt.Fprintf(os.Stderr, "assay starts this program, with %s\n", terratest.Env)
	os.Exit(2)
}
