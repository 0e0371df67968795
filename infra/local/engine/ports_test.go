package engine_test

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/payhooks/payhooks/infra/local/engine"
	"github.com/payhooks/payhooks/infra/local/template"
	"github.com/payhooks/payhooks/internal/dynamo"
	"github.com/payhooks/payhooks/internal/dynamo/ddb"
	"github.com/payhooks/payhooks/internal/porttest"
)

func TestTablesKeepThePortsPromises(t *testing.T) {
	db := openTables(t)
	porttest.Run(t, func(*testing.T) porttest.Ports {
		return porttest.Ports{
			Store: db.tables, Quarantine: db.tables.Quarantine(), Ledger: db.tables, LoseReply: db.wire.loseNext,
			Copies: db.tables.Copies(), Erasure: db.tables, Stack: stackName, Copy: db.copyTable, Lose: db.lose,
		}
	})
}

// stackName is that of the tables which the tests make.
const stackName = "porttest"

// database is a running engine with the template's tables.
type database struct {
	client *dynamodb.Client
	tables *dynamo.Tables
	wire   *wire
	made   []template.Table
	admin  *engine.Client
}

// openTables makes the tables of template.yaml in the engine, or in the one
// that DYNAMODB_ENDPOINT names.
func openTables(tb testing.TB) database {
	tb.Helper()
	e := &engine.Engine{URL: os.Getenv("DYNAMODB_ENDPOINT"), Package: ".", DataDir: filepath.Join(tb.TempDir(), "data")}
	if err := e.Start(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := e.Close(); err != nil {
			tb.Error(err)
		}
	})
	stack, err := template.Load("../../../template.yaml", template.Options{Name: stackName, Region: "us-east-1", Account: "000000000000"})
	if err != nil {
		tb.Fatal(err)
	}
	w := &wire{next: &http.Transport{MaxIdleConnsPerHost: 64}}
	tb.Cleanup(w.next.CloseIdleConnections)
	admin := e.Client()
	admin.HTTP = &http.Client{Transport: w.next}
	made := withOrders(stack.Tables)
	if err := admin.CreateTables(tb.Context(), made); err != nil {
		tb.Fatal(err)
	}
	client := dynamodb.New(dynamodb.Options{
		BaseEndpoint: awssdk.String(e.Endpoint()), Region: "us-east-1", HTTPClient: &http.Client{Transport: w},
		Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		// As functions have it, but for the pauses.
		Retryer: retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = 10 * time.Millisecond }),
	})
	tables := dynamo.New(ddb.New(awssdk.Config{
		BaseEndpoint: awssdk.String(e.Endpoint()), Region: "us-east-1", HTTPClient: &http.Client{Transport: w}, Credentials: client.Options().Credentials,
		Retryer: func() awssdk.Retryer { return client.Options().Retryer },
	}, time.Now), stackName)
	return database{client, tables, w, made, admin}
}

// withOrders adds the state table that the suite uses, if the template has none:
// one like cursors.
func withOrders(tables []template.Table) []template.Table {
	for _, t := range tables {
		if t.Name == stackName+"-orders" {
			return tables
		}
	}
	for _, t := range tables {
		if t.Name == stackName+"-cursors" {
			orders := t
			orders.Name, orders.Create = stackName+"-orders", maps.Clone(t.Create)
			orders.Create["TableName"] = orders.Name
			return append(slices.Clone(tables), orders)
		}
	}
	return tables
}

// wire carries requests to the engine and can lose a reply: the request has
// happened, and the connection of its sender breaks. While down
// is set, it answers in the engine's place.
type wire struct {
	next *http.Transport
	lose atomic.Bool
	down atomic.Pointer[func(*http.Request) (*http.Response, error)]
}

func (w *wire) loseNext() { w.lose.Store(true) }

func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	if down := w.down.Load(); down != nil {
		return (*down)(req)
	}
	res, err := w.next.RoundTrip(req)
	if err != nil || !w.lose.CompareAndSwap(true, false) {
		return res, err
	}
	_, err = io.Copy(io.Discard, res.Body)
	return nil, errors.Join(errors.New("read: connection reset by peer"), io.ErrUnexpectedEOF, err, res.Body.Close())
}
