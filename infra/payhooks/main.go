// Command payhooks runs the stack on this machine and looks into a running
// one, local or deployed.
package main

import (
	"os"

	"github.com/payhooks/payhooks/infra/cli"
)

func main() { os.Exit(cli.Main(rootCommand())) }
