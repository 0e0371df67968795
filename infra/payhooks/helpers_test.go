package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/demo"
)

const demoSecret = demo.Secret

// mail is the part of a row of payhooks mails that the tests of other commands
// read.
type mail struct{ Event string }

// needsShop skips a test that works with the sample shop's actions where the shop
// was removed.
func needsShop(t *testing.T) {
	t.Helper()
	if len(plans) == 0 {
		t.Skip("needs the actions of the sample shop")
	}
}

func postSigned(ctx context.Context, url, _ string, body []byte) error {
	return demo.Post(ctx, strings.TrimSuffix(url, "/webhooks/default"), body)
}

func waitIdle(cmd *cobra.Command, c *cli.Target, timeout time.Duration) error {
	return demo.WaitIdle(cmd, c, timeout)
}
