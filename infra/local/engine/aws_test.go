//go:build aws

package engine_test

import (
	"bytes"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/payhooks/payhooks/infra/local/engine"
)

// TestTablesOnDynamoDBLocal holds the tables and what is done with them against
// AWS's own implementation, which make aws installs.
func TestTablesOnDynamoDBLocal(t *testing.T) {
	for name, test := range map[string]func(*testing.T){
		"ports":                  TestTablesKeepThePortsPromises,
		"index of unfinished":    TestFinishedDeliveryIsInNoIndex,
		"raw writes":             TestRawWriteCommitsWithItsDeliveryOrNotAtAll,
		"too large a state":      TestStateTooLargeForAnItemIsInvalid,
		"events byte for byte":   TestEventIsStoredByteForByteOrAnswered413,
		"events that compress":   TestAnEventThatCompressesIsStoredUpToTheLimitOfTheBody,
		"unreadable in sequence": TestSequencesContinueBehindAnUnreadableItem,
		"unreadable items":       TestUnreadableItemIsNamedByEveryRead,
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("DYNAMODB_ENDPOINT", startDynamoDBLocal(t))
			test(t)
		})
	}
}

// startDynamoDBLocal runs DynamoDB Local in memory and returns its URL.
func startDynamoDBLocal(t *testing.T) string {
	t.Helper()
	port, folder := freePort(t), "../../tools/dynamodb"
	jars, err := filepath.Glob(filepath.Join(folder, "lib/DynamoDBLocal.jar"))
	if err != nil || len(jars) == 0 {
		t.Fatalf("DynamoDB Local is not installed: run make aws (%v)", err)
	}
	var out bytes.Buffer
	cmd := exec.CommandContext(t.Context(), "java", "-Djava.library.path="+folder+"/lib", "-cp", folder+"/lib/*", folder+"/Loopback.java",
		"-inMemory", "-disableTelemetry", "-port", strconv.Itoa(port))
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start DynamoDB Local: %v", err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait() // killed
	})
	url := "http://127.0.0.1:" + strconv.Itoa(port)
	for begin := time.Now(); ; time.Sleep(200 * time.Millisecond) {
		err := (&engine.Engine{URL: url}).Start(t.Context())
		if err == nil {
			return url
		}
		if time.Since(begin) > time.Minute {
			t.Fatalf("DynamoDB Local does not answer: %v\n%s", err, out.String())
		}
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr, ok := l.Addr().(*net.TCPAddr)
	if err := l.Close(); err != nil || !ok {
		t.Fatal(err)
	}
	return addr.Port
}
