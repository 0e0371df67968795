package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"github.com/payhooks/payhooks/infra/cli"
	"github.com/payhooks/payhooks/infra/demo"
	shop "github.com/payhooks/payhooks/infra/shop/command"
	"github.com/payhooks/payhooks/infra/shop/judge"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
	"github.com/payhooks/payhooks/internal/shop/order"
)

func TestMonthEndsAsExpectedInBothVersions(t *testing.T) {
	c, cmd := startStack(t, "../.."), command(t)
	r, err := demo.Verify(cmd, c, judge.Plan(9, 98, time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range r.Broken {
		t.Error(b)
	}
	for _, a := range r.Areas {
		if a.Expected == 0 || len(a.Counts) == 0 {
			t.Errorf("the month expects nothing of %s: %+v", a.Name, a)
		}
	}
	if r.Audit.Checked < 100 {
		t.Errorf("the audit checked %d rows", r.Audit.Checked)
	}
	t.Run("listed with the keys of the contract", listsHaveTheirKeys)
	t.Run("a row that is lost is found and made again", func(t *testing.T) { lostRowIsRepaired(t, c) })
	t.Run("a row that a bad release wrote is rebuilt", func(t *testing.T) { wrongRowIsRebuilt(t, c) })
}

// lostRowIsRepaired deletes an order behind everybody's back.
func lostRowIsRepaired(t *testing.T, c *cli.Target) {
	orders, err := shop.ReadOrders(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	table, lost := c.Stack+"-orders", orders[0].Key(order.Kind, orders[0].Order)
	_, err = dynamodb.NewFromConfig(c.AWS).DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
		TableName: &table, Key: map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: lost}},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		args                        []string
		code, differences, repaired int
	}{
		{[]string{"audit", "--action", "grant-access", "--json"}, 0, 0, 0},
		{[]string{"audit", "--action", "update-order", "--json"}, 1, 1, 0},
		{[]string{"audit", "--repair", "--json"}, 0, 1, 1},
		{[]string{"audit", "--json"}, 0, 0, 0},
	} {
		r := run(t, step.args...)
		var s operator.AuditResult
		if err := json.Unmarshal([]byte(r.out), &s); err != nil {
			t.Fatalf("%v: %v %s", step.args, err, r.err)
		}
		if r.code != step.code || s.Differences != step.differences || s.Repaired != step.repaired || s.Checked == 0 {
			t.Fatalf("%v: exit %d with %s", step.args, r.code, r.out)
		}
	}
	again, err := shop.ReadOrders(t.Context(), c)
	if err != nil || !cmp.Equal(orders, again) {
		t.Errorf("after the repair (-before +after): %v\n%s", err, cmp.Diff(orders, again))
	}
}

// wrongRowIsRebuilt writes an order as a bad release of its action might.
func wrongRowIsRebuilt(t *testing.T, c *cli.Target) {
	orders, err := shop.ReadOrders(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	wrong := orders[0].Key(order.Kind, orders[0].Order)
	row, err := c.Tables.Load(t.Context(), "orders", wrong)
	if err != nil {
		t.Fatal(err)
	}
	fields := map[string]any{}
	if err := json.Unmarshal(row.Data, &fields); err != nil {
		t.Fatal(err)
	}
	fields["currency"] = "xxx"
	data, err := json.Marshal(fields)
	if err == nil {
		err = c.Tables.Write(t.Context(), event.Write{Table: "orders", Key: wrong, Version: row.Version, Data: data, Derived: true})
	}
	if err != nil {
		t.Fatal(err)
	}
	kept := run(t, "audit", "--repair", "--json")
	if found := object[operator.AuditResult](t, kept.out); kept.code != 1 || found.Changed != 1 || found.Repaired != 0 || !strings.Contains(kept.err, "audit --rebuild replaces them") {
		t.Errorf("repair: exit %d, %s %s; want the row left as it was changed", kept.code, kept.out, kept.err)
	}
	dry := run(t, "audit", "--rebuild", "--action", "update-order")
	for _, part := range []string{wrong + ": ", "  currency     \"xxx\" → ", "would rebuild 1 row; add --yes\n"} {
		if dry.code != 0 || !strings.Contains(dry.out, part) {
			t.Errorf("dry run: exit %d, %q %s; want %q", dry.code, dry.out, dry.err, part)
		}
	}
	if r := run(t, "audit", "--rebuild", "--yes", "--json"); r.code != 0 || object[operator.AuditResult](t, r.out).Rebuilt != 1 {
		t.Errorf("rebuild: exit %d, %s %s", r.code, r.out, r.err)
	}
	again, err := shop.ReadOrders(t.Context(), c)
	if r := run(t, "audit"); err != nil || r.code != 0 || !cmp.Equal(orders, again) {
		t.Errorf("after the rebuild: %v, %s (-before +after)\n%s", err, r.err, cmp.Diff(orders, again))
	}
}

// listsHaveTheirKeys: scripts rely on these.
func listsHaveTheirKeys(t *testing.T) {
	for _, list := range []struct {
		args           []string
		always, seldom []string
	}{
		{[]string{"events", "list"}, []string{"id", "type", "status", "created", "received", "api_version", "livemode"}, nil},
		{[]string{"mails"}, []string{"kind", "to", "subject", "text", "html", "event", "key"}, []string{"reference"}},
		{[]string{"orders"}, []string{"order", "status", "currency", "amount", "paid", "refunded", "disputed", "lost", "livemode"}, []string{"reference"}},
		{[]string{"access"}, []string{"customer", "granted", "why", "livemode"}, []string{"product", "feature", "until"}},
		{[]string{"stock"}, []string{"item", "on_hand", "reserved", "back_ordered", "livemode"}, nil},
		{[]string{"holds"}, []string{"order", "why", "since", "livemode"}, []string{"reference", "due", "released"}},
		{[]string{"journal"}, []string{"fact", "at", "currency", "entries", "livemode"}, nil},
	} {
		r := run(t, append(list.args, "--json")...)
		if r.code != 0 {
			t.Fatalf("%v: %s", list.args, r.err)
		}
		seen, n := map[string]int{}, 0
		for d := json.NewDecoder(strings.NewReader(r.out)); d.More(); n++ {
			var row map[string]any
			if err := d.Decode(&row); err != nil {
				t.Fatalf("%v: %v", list.args, err)
			}
			for k := range row {
				seen[k]++
			}
		}
		for _, k := range slices.Concat(list.always, list.seldom) {
			if n == 0 || seen[k] == 0 || slices.Contains(list.always, k) && seen[k] != n {
				t.Errorf("%v: %d of %d rows have the key %q", list.args, seen[k], n, k)
			}
		}
	}
}
