package main

import (
	"context"
	"log/slog"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/infra/local/loglines"
	"github.com/payhooks/payhooks/infra/local/printer"
)

func localCommand() *cobra.Command {
	var allowLive, remove bool
	cmd := &cobra.Command{
		Use: "local", Short: "Run the stack of template.yaml on this machine, until Ctrl-C", Args: cobra.NoArgs,
		Long: "Run the stack of template.yaml on this machine, until Ctrl-C.\n\n" +
			"What changes in the project while it runs is taken up: a function is built and started\n" +
			"anew, and actions in template.yaml come and go. Mistakes that make validate refuses, and\n" +
			"code that does not compile, are printed, and what ran before runs on.\n\n" +
			"Variables: PORT (3000), CONSOLE_PORT (3001, also answers /healthz), DATA_DIR (.payhooks),\n" +
			"STRIPE_WEBHOOK_SECRET (whsec_local; commas separate several), DYNAMODB_ENDPOINT,\n" +
			"STRIPE_API_BASE, STRIPE_API_KEY. A key of live mode, and live events signed with a\n" +
			"secret that Stripe made, are refused without --allow-live.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if remove {
				return local.RemoveFolder(cli.DataDir())
			}
			return runLocal(cmd, allowLive)
		},
	}
	cmd.Flags().BoolVar(&allowLive, "allow-live", false, "accept a Stripe API key of live mode, and live events")
	cmd.Flags().BoolVar(&remove, "delete-data", false, "delete the data folder instead, unless a stack runs on it")
	return cmd
}

func runLocal(cmd *cobra.Command, allowLive bool) error {
	cfg, err := localConfig(allowLive)
	if err != nil {
		return err
	}
	p := printer.New(cmd.OutOrStdout(), cli.WantsJSON(cmd))
	cfg.Lines = &loglines.Lines{}
	cfg.Output, cfg.Refused, cfg.Progress, cfg.Log = p.Line, p.Refused, p.Progress, slog.New(p.Handler())
	cfg.Watch, cfg.Reloaded = true, p.Reloaded
	cfg.Console = localConsole(cfg.Lines)
	cfg.Validate = func(ctx context.Context) error { return checkStack(ctx, cfg.Dir) }
	stack, err := local.Start(cmd.Context(), cfg)
	if cmd.Context().Err() != nil && err != nil {
		return nil // Ctrl-C before it was up
	}
	if err != nil {
		return err
	}
	p.Header(stack)
	<-cmd.Context().Done()
	p.Progress("stopping")
	return stack.Close()
}

// localConfig reads the variables that the README names.
func localConfig(allowLive bool) (local.Config, error) {
	cfg := local.Config{
		DataDir: cli.DataDir(), Secret: env("STRIPE_WEBHOOK_SECRET", "whsec_local"),
		DynamoDBEndpoint: os.Getenv("DYNAMODB_ENDPOINT"), Env: map[string]string{}, StripeKey: os.Getenv("STRIPE_API_KEY"),
		AllowLive: allowLive,
	}
	if err := cfg.Check(); err != nil {
		return cfg, cli.Usage("%v", err)
	}
	if base := os.Getenv("STRIPE_API_BASE"); base != "" {
		cfg.Env["STRIPE_API_BASE"] = base
	}
	var err error
	if cfg.Dir, err = cli.ProjectDir(); err != nil {
		return cfg, err
	}
	if cfg.Port, err = portVariable("PORT", 3000); err != nil {
		return cfg, err
	}
	cfg.ConsolePort, err = portVariable("CONSOLE_PORT", 3001)
	return cfg, err
}

func env(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}

// portVariable reads a port; 0 takes any that is free.
func portVariable(name string, otherwise int) (int, error) {
	text := env(name, strconv.Itoa(otherwise))
	port, err := strconv.Atoi(text)
	if err != nil || port < 0 || port > 65535 {
		return 0, cli.Usage("%s is %q; set it to a number from 0 (any free port) to 65535", name, text)
	}
	return port, nil
}
