// Package command has the shop's subcommands: they list what its actions keep,
// and change it where a person decides.
package command

import "github.com/spf13/cobra"

// All makes the subcommands, one file each.
var All = []func() *cobra.Command{
	mailsCommand,
	ordersCommand,
	accessCommand,
	stockCommand,
	holdsCommand,
	noticesCommand,
	journalCommand,
	reportCommand,
	importCommand,
}
