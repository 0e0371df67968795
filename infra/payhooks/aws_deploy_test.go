//go:build aws

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"regexp"
)

// sums are the hashes of files, by the folder they are in.
func (a *account) sums(files []string) map[string]string {
	a.Helper()
	sums := map[string]string{}
	for _, f := range files {
		data, err := os.ReadFile(f) //nolint:gosec // of the copy
		a.ok(err)
		sum := sha256.Sum256(data)
		sums[filepath.Base(filepath.Dir(f))] = hex.EncodeToString(sum[:])
	}
	return sums
}

// data deploys tables and secrets, first without protection: a deploy that fails
// could not delete them.
func (a *account) data(stack string) {
	a.Helper()
	args := []string{"deploy", "--config-env", "data", "--stack-name", stack + "-data", "--no-confirm-changeset", "--parameter-overrides", "Stack=" + stack}
	a.sam(append(args, "Protection=off")...)
	a.sam(append(args, "Protection=on")...)
}

func (a *account) firstDeploy() {
	a.data("payhooks")
	a.sam("deploy", "--no-confirm-changeset", "--parameter-overrides", "Endpoints=default=any", "Mail=always", "MailTestRecipient=customer")
	a.secret("payhooks/webhooks/default", demoSecret)
	a.secret("payhooks/stripe", `{"live":"rk_live_fake","test":"rk_test_fake"}`)
}

func (a *account) everyCommand() {}

// explain logs what is not done, and why.
func (a *account) explain(stack string) {
	a.Helper()
	for _, status := range []string{"pending", "waiting", "parked", "unknown"} {
		list := run(a.T, "events", "list", "--status", status, "--limit", "3", "--stack", stack)
		a.Logf("%s:\n%s%s", status, list.out, list.err)
		for _, id := range regexp.MustCompile(`evt_\w+`).FindAllString(list.out, 3) {
			shown := run(a.T, "events", "show", id, "--json", "--stack", stack)
			a.Logf("%s%s", shown.out, shown.err)
		}
	}
}
