package main

import (
	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
)

// commands makes the subcommands, one file each.
var commands = []func() *cobra.Command{
	localCommand,
	triggerCommand,
	listenCommand,
	demoCommand,
	consoleCommand,
	statusCommand,
	eventsCommand,
	refusedCommand,
	parkedCommand,
	deadLettersCommand,
	quarantineCommand,
	replayCommand,
	logsCommand,
	auditCommand,
	connectCommand,
	doctorCommand,
	restoreCommand,
	eraseCommand,
	reconcileCommand,
	backfillCommand,
	secretCommand,
	newCommand,
	removeCommand,
	simulateCommand,
	chaosCommand,
	completionCommand,
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{Use: "payhooks", Short: "Stripe webhooks, verified, stored once, a function per event type"}
	for _, command := range commands {
		root.AddCommand(command())
	}
	addVersion(root)
	completeFlags(root)
	cli.Prepare(root)
	return root
}
