package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/infra/trigger"
	"github.com/payhooks/payhooks/internal/event"
	"github.com/payhooks/payhooks/internal/operator"
)

// fault lets calls go wrong from now on; none ends that.
func (o *rig) fault(fs ...aws.Fault) {
	o.Helper()
	body, err := json.Marshal(aws.Faults{Seed: 1, Faults: fs})
	if err != nil {
		o.Fatal(err)
	}
	o.faults(http.MethodPost, body)
}

// hits is how often the last of the faults has struck.
func (o *rig) hits() int {
	o.Helper()
	set := o.faults(http.MethodGet, nil).Faults
	return set[len(set)-1].Hits
}

func (o *rig) faults(method string, body []byte) (set aws.Faults) {
	o.Helper()
	// Not the test's context: it has ended when the last fault is taken away.
	req, err := o.Local.Own(context.WithoutCancel(o.Context()), method, "faults", bytes.NewReader(body))
	if err != nil {
		o.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		o.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if err := json.NewDecoder(res.Body).Decode(&set); err != nil || res.StatusCode != http.StatusOK {
		o.Fatalf("faults: %s %v", res.Status, err)
	}
	return set
}

// charge posts a captured charge that a receipt is due for and returns its
// event's id. More overrides may follow.
func (o *rig) charge(overrides ...string) string {
	o.Helper()
	return o.charges(1, overrides...)[0]
}

func (o *rig) charges(n int, overrides ...string) (ids []string) {
	o.Helper()
	args := []string{"trigger", "charge.succeeded", "--json", "--count", strconv.Itoa(n)}
	for _, set := range append([]string{"captured=true", "paid=true", "amount_captured=100", "receipt_email=jenny@example.com"}, overrides...) {
		args = append(args, "--override", set)
	}
	for _, p := range objects[trigger.Posted](o.T, o.must(args...)) {
		ids = append(ids, p.ID)
	}
	if len(ids) != n {
		o.Fatalf("%d events posted, want %d", len(ids), n)
	}
	return ids
}

// eventually waits for something that the stack is about to do.
func (o *rig) eventually(what string, is func() bool) {
	o.Helper()
	for end := time.Now().Add(time.Minute); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			o.Fatalf("still not so after a minute: %s", what)
		}
	}
}

// show is what events show knows.
func (o *rig) show(id string) operator.EventDetail {
	o.Helper()
	return object[operator.EventDetail](o.T, o.must("events", "show", id, "--json"))
}

// delivered waits until the event's delivery to the action is as wanted.
func (o *rig) delivered(id, action string, want event.State) (d operator.DeliveryRow) {
	o.Helper()
	o.eventually(fmt.Sprintf("%s of %s is %s", action, id, want), func() bool {
		ds := o.show(id).Deliveries
		i := slices.IndexFunc(ds, func(d operator.DeliveryRow) bool { return d.Action == action })
		if i < 0 {
			return false
		}
		d = ds[i]
		return d.State == want
	})
	return d
}

// status waits until the event's status is as wanted.
func (o *rig) status(id string, want event.Status) {
	o.Helper()
	o.eventually(fmt.Sprintf("%s is %s", id, want), func() bool { return o.show(id).Status == want })
}

// mails are those of one event.
func (o *rig) mails(id string) (n int) {
	o.Helper()
	for _, m := range objects[mail](o.T, o.must("mails", "--json")) {
		if m.Event == id {
			n++
		}
	}
	return n
}

// about keeps the rows that are about the event.
func about(rows []operator.Item, id string) (of []operator.Item) {
	for _, r := range rows {
		if r.Event == id {
			of = append(of, r)
		}
	}
	return of
}

// parkedRows is what parked lists of one event.
func (o *rig) parkedRows(id string) []operator.Item {
	o.Helper()
	return about(objects[operator.Item](o.T, o.must("parked", "--json")), id)
}

// due makes a waiting delivery due, as if its time had passed, and lets the
// sweep find it.
func (o *rig) due(id, action string) {
	o.Helper()
	_, err := dynamodb.NewFromConfig(o.AWS).UpdateItem(o.Context(), &dynamodb.UpdateItemInput{
		TableName: awssdk.String(o.Stack + "-deliveries"),
		Key:       map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: action + "#" + id}},
		// What the queue carries for a moment is due for the sweep, too.
		UpdateExpression:         awssdk.String("SET #next = :now REMOVE #sent"),
		ExpressionAttributeNames: map[string]string{"#next": "next", "#sent": "sent"},
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":now": &types.AttributeValueMemberS{Value: time.Now().UTC().Format("2006-01-02T15:04:05.000Z")},
		},
	})
	if err != nil {
		o.Fatal(err)
	}
	o.must("reconcile")
}

func unix(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
