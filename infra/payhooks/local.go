package main

import (
	"log/slog"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/local"
	"github.com/payhooks/payhooks/infra/local/printer"
)

func localCommand() *cobra.Command {
	return &cobra.Command{
		Use: "local", Short: "Run the stack of template.yaml on this machine, until Ctrl-C", Args: cobra.NoArgs,
		Long: "Run the stack of template.yaml on this machine, until Ctrl-C.\n\n" +
			"Variables: PORT (3000), CONSOLE_PORT (3001, answers /healthz), DATA_DIR (.payhooks),\n" +
			"STRIPE_WEBHOOK_SECRET (whsec_local; commas separate several), DYNAMODB_ENDPOINT,\n" +
			"STRIPE_API_BASE, STRIPE_API_KEY.",
		RunE: func(cmd *cobra.Command, _ []string) error { return runLocal(cmd) },
	}
}

func runLocal(cmd *cobra.Command) error {
	cfg, err := localConfig()
	if err != nil {
		return err
	}
	p := printer.New(cmd.OutOrStdout(), cli.WantsJSON(cmd))
	cfg.Output, cfg.Refused, cfg.Progress, cfg.Log = p.Line, p.Refused, p.Progress, slog.New(p.Handler())
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
func localConfig() (local.Config, error) {
	cfg := local.Config{
		DataDir: cli.DataDir(), Secret: env("STRIPE_WEBHOOK_SECRET", "whsec_local"),
		DynamoDBEndpoint: os.Getenv("DYNAMODB_ENDPOINT"), Env: map[string]string{}, StripeKey: os.Getenv("STRIPE_API_KEY"),
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
