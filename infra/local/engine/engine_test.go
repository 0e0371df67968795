package engine_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/payhooks/payhooks/infra/local/engine"
	"github.com/payhooks/payhooks/infra/local/template"
)

// TestMain also lets a test run this binary as a stack of its own, to kill it.
func TestMain(m *testing.M) {
	if dir := os.Getenv("PAYHOOKS_TEST_AS_STACK"); dir != "" {
		runAsStack(dir)
	}
	goleak.VerifyTestMain(m)
}

// runAsStack runs an engine until this process is killed, and prints its pid.
func runAsStack(dir string) {
	e := &engine.Engine{Package: ".", DataDir: dir}
	if err := e.Start(context.Background()); err != nil {
		_, _ = os.Stderr.WriteString(err.Error())
		os.Exit(1)
	}
	_, _ = os.Stdout.WriteString(strconv.Itoa(e.PID()) + "\n")
	select {}
}

func start(t *testing.T) (*engine.Engine, *engine.Client) {
	t.Helper()
	e := &engine.Engine{Package: ".", DataDir: filepath.Join(t.TempDir(), "data")}
	if err := e.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	c := e.Client()
	c.HTTP = &http.Client{Transport: &http.Transport{}}
	t.Cleanup(func() {
		c.HTTP.CloseIdleConnections()
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e, c
}

func table(t *testing.T, create string) template.Table {
	t.Helper()
	tab := template.Table{Name: "local-things", TTL: "expires"}
	if err := json.Unmarshal([]byte(create), &tab.Create); err != nil {
		t.Fatal(err)
	}
	return tab
}

const plain = `{
	"BillingMode": "PAY_PER_REQUEST",
	"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "day", "AttributeType": "S"}],
	"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
	"GlobalSecondaryIndexes": [{"IndexName": "day", "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
		"Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["a", "b"]}}],
	"StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
	"DeletionProtectionEnabled": true,
	"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true},
	"SSESpecification": {"SSEEnabled": true}
}`

func put(t *testing.T, c *engine.Client, id string) error {
	t.Helper()
	return c.Call(t.Context(), "PutItem", map[string]any{
		"TableName": "local-things", "Item": map[string]any{"id": map[string]string{"S": id}},
	}, nil)
}

func count(t *testing.T, c *engine.Client) int {
	t.Helper()
	var out struct{ Count int }
	if err := c.Call(t.Context(), "Scan", map[string]string{"TableName": "local-things"}, &out); err != nil {
		t.Fatal(err)
	}
	return out.Count
}

func TestTablesAreMadeFromTheTemplateAndKeptWithTheirItems(t *testing.T) {
	_, c := start(t)
	for range 2 {
		if err := c.CreateTables(t.Context(), []template.Table{table(t, plain)}); err != nil {
			t.Fatal(err)
		}
		if err := put(t, c, "a"); err != nil {
			t.Fatal(err)
		}
	}
	if n := count(t, c); n != 1 {
		t.Errorf("%d items, want the one that was there", n)
	}
	var got struct {
		TimeToLiveDescription struct{ AttributeName string }
	}
	if err := c.Call(t.Context(), "DescribeTimeToLive", map[string]string{"TableName": "local-things"}, &got); err != nil {
		t.Fatal(err)
	}
	if got.TimeToLiveDescription.AttributeName != "expires" {
		t.Errorf("TTL is %q", got.TimeToLiveDescription.AttributeName)
	}
	var described struct {
		Table struct{ LatestStreamArn string }
	}
	if err := c.Call(t.Context(), "DescribeTable", map[string]string{"TableName": "local-things"}, &described); err != nil {
		t.Fatal(err)
	}
	if described.Table.LatestStreamArn != "" {
		t.Error("the engine's own stream is on; it slows with every record")
	}
}

func TestNewIndexIsAddedAndChangedIndexIsRefused(t *testing.T) {
	_, c := start(t)
	without := strings.Replace(plain, `, {"AttributeName": "day", "AttributeType": "S"}`, "", 1)
	i, j := strings.Index(without, `"GlobalSecondaryIndexes"`), strings.Index(without, `"StreamSpecification"`)
	without = without[:i] + without[j:]
	for _, create := range []string{without, plain, plain} {
		if err := c.CreateTables(t.Context(), []template.Table{table(t, create)}); err != nil {
			t.Fatal(err)
		}
	}
	err := c.CreateTables(t.Context(), []template.Table{table(t, strings.Replace(plain, `"b"`, `"c"`, 1))})
	if err == nil || !strings.Contains(err.Error(), "index day has changed in the template") {
		t.Errorf("a changed projection: %v", err)
	}
}

func TestKilledEngineRestartsWithItsItems(t *testing.T) {
	e, c := start(t)
	if err := c.CreateTables(t.Context(), []template.Table{table(t, plain)}); err != nil {
		t.Fatal(err)
	}
	if err := put(t, c, "a"); err != nil {
		t.Fatal(err)
	}
	before, endpoint := e.PID(), e.Endpoint()
	if err := syscall.Kill(before, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(10 * time.Second)
	for e.PID() == before || put(t, c, "b") != nil {
		if time.Now().After(deadline) {
			t.Fatal("the engine did not come back")
		}
		time.Sleep(5 * time.Millisecond)
	}
	if e.Endpoint() != endpoint || count(t, c) != 2 {
		t.Errorf("endpoint %s, was %s; %d items, want 2", e.Endpoint(), endpoint, count(t, c))
	}
}

func TestCloseLeavesNoEngineBehind(t *testing.T) {
	e := &engine.Engine{Package: ".", DataDir: t.TempDir()}
	if err := e.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	pid := e.PID()
	for range 2 {
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Kill(pid, 0); err == nil {
		t.Errorf("process %d is still there", pid)
	}
	if conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(e.Endpoint(), "http://")); err == nil {
		_ = conn.Close()
		t.Error("something still listens")
	}
}

func TestAnEngineThatIsSomewhereElseIsUsedAsItIs(t *testing.T) {
	other, _ := start(t)
	e := &engine.Engine{URL: other.Endpoint(), Package: "not there"}
	if err := e.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if e.PID() != 0 || e.Endpoint() != other.Endpoint() || e.Close() != nil {
		t.Error("it started, or stopped, something of its own")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	dead := &engine.Engine{URL: "http://127.0.0.1:1"}
	if err := dead.Start(ctx); err == nil || !strings.Contains(err.Error(), "does not answer") {
		t.Errorf("an engine that is not there: %v", err)
	}
}
