package status

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/payhooks/payhooks/internal/reconcile"
)

// TestMain is also a function that logs its gauges: the format is read when the process
// starts.
func TestMain(m *testing.M) {
	if os.Getenv("AWS_LAMBDA_LOG_FORMAT") == "" {
		os.Exit(m.Run())
	}
	ctx := lambdacontext.NewContext(context.Background(), &lambdacontext.LambdaContext{AwsRequestID: "request"})
	Log(ctx, slog.New(lambdacontext.NewLogHandler()), "shop", whole(), map[string]int{GaugeUndelivered: 2}, noon.Add(5*time.Millisecond))
}

// whole is a status that was read whole.
func whole() Status {
	return Status{
		Actions: []Action{{Action: "a", Waiting: 1, Parked: 2, Discarded: 9}, {Action: "b", Parked: 1, Unknown: 4}},
		Overdue: 1, Pending: number(5), Unrecorded: number(0), Quarantined: number(6), Dead: number(7), Refused: number(8), Newest: noon.Add(-4*time.Hour + time.Minute),
		Sweeps: []reconcile.Lag{{Sweep: "due"}, {Sweep: "missing", Seconds: 90}, {Sweep: "pending"}, {Sweep: "unrecorded"}},
	}
}

// emf is a line as CloudWatch reads it.
type emf struct {
	AWS struct {
		Timestamp         int64
		CloudWatchMetrics []struct {
			Namespace  string
			Dimensions [][]string
			Metrics    []struct{ Name, Unit string }
		}
	} `json:"_aws"`
}

func TestLineThatAFunctionPrintsIsEmbeddedMetricFormat(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "AWS_LAMBDA_LOG_FORMAT=JSON")
	out, err := cmd.Output()
	if err != nil || bytes.Count(out, []byte("\n")) != 1 {
		t.Fatalf("printed %s, error %v", out, err)
	}
	var line emf
	var root map[string]any
	if err := json.Unmarshal(out, &line); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &root); err != nil {
		t.Fatal(err)
	}
	if root["message"] != "gauges" || root["requestId"] != "request" || line.AWS.Timestamp != noon.UnixMilli()+5 || len(line.AWS.CloudWatchMetrics) != 1 {
		t.Fatalf("printed %s", out)
	}
	d := line.AWS.CloudWatchMetrics[0]
	if d.Namespace != "payhooks/shop" || len(d.Dimensions) != 1 || d.Dimensions[0] == nil || len(d.Dimensions[0]) != 0 {
		t.Errorf("namespace %s, dimensions %v", d.Namespace, d.Dimensions)
	}
	values := map[string]int{}
	for _, m := range d.Metrics {
		value, ok := root[m.Name].(float64)
		if !ok || m.Unit != unitOf(m.Name) {
			t.Errorf("metric %s in %s is %v", m.Name, m.Unit, root[m.Name])
		}
		values[m.Name] = int(value)
	}
	same(t, map[string]int{
		"parked": 3, "unknown": 4, "waiting": 1, "overdue": 1, "pending": 5, "unrecorded": 0, "quarantined": 6, "dead": 7,
		"lag_due": 0, "lag_missing": 90, "lag_pending": 0, "lag_unrecorded": 0, "published": 0, "undelivered": 2, "silent": 3, "held": 0, "unreachable": 0,
	}, values)
}

func unitOf(name string) string {
	if len(name) > len(GaugeLag) && name[:len(GaugeLag)] == GaugeLag {
		return "Seconds"
	}
	return "Count"
}

// names are the gauges of a status, sorted.
func names(s Status, more map[string]int) (all []string) {
	for _, a := range Gauges("shop", s, more, noon) {
		if a.Key != "_aws" {
			all = append(all, a.Key)
		}
	}
	return all
}

func TestEveryRunWritesTheSameGauges(t *testing.T) {
	same(t, Names(Sweeps), names(whole(), nil))
	same(t, Names(Sweeps), names(whole(), map[string]int{GaugeUndelivered: 1, GaugeParked: 99}))
	quiet := whole()
	quiet.Actions, quiet.Pending = nil, number(0)
	same(t, Names(Sweeps), names(quiet, nil))
}

func TestGaugeOfASourceThatWasNotReadIsLeftOut(t *testing.T) {
	s := whole()
	s.Unread, s.Dead, s.Pending = []Source{SourceDeliveries, SourceDeadLetters}, nil, nil
	got := names(s, nil)
	for _, name := range []string{GaugeParked, GaugeUnknown, GaugeWaiting, GaugeOverdue, GaugeDead, GaugePending} {
		if slices.Contains(got, name) {
			t.Errorf("%s is written", name)
		}
	}
	if !slices.Contains(got, GaugeQuarantined) {
		t.Error("what was read is not written")
	}
}

func TestGaugesAreFewAndNoMemberOfTheLineItself(t *testing.T) {
	all := Names(append(Sweeps[:len(Sweeps):len(Sweeps)], "books"))
	if len(all) > MaxGauges {
		t.Errorf("%d gauges, expected up to %d", len(all), MaxGauges)
	}
	for _, name := range []string{"timestamp", "level", "message", "requestId", "_aws"} {
		if slices.Contains(all, name) {
			t.Errorf("a gauge is named %s", name)
		}
	}
	if other := fmt.Sprint(LagLimit("books"), LagLimit("due")); other != "1h0m0s 15m0s" {
		t.Error(other)
	}
}
