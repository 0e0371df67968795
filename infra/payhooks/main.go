// Command payhooks runs the stack on this machine and looks into a running
// one, local or deployed.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	err := stopped(ctx, rootCommand().ExecuteContext(ctx))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "payhooks:", err)
		os.Exit(exitCode(err))
	}
}

// stopped tells in one word of a command that Ctrl-C ended before it had
// anything better to say.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return errors.New("stopped")
	}
	return err
}
