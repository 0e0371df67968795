package events_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	lambda "github.com/aws/aws-lambda-go/events"

	"github.com/payhooks/payhooks/events"
)

func TestEveryFileIsNamedForItsEventType(t *testing.T) {
	files := 0
	err := fs.WalkDir(events.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if dir := path.Dir(name); err != nil || d.IsDir() || dir != "." && dir != events.Go {
			return err
		}
		files++
		text, err := events.FS.ReadFile(name)
		if err != nil {
			return err
		}
		var e struct {
			ID, Type, Object string
			APIVersion       string `json:"api_version"`
		}
		if err := json.Unmarshal(text, &e); err != nil || e.Object != "event" || e.ID == "" {
			t.Errorf("%s is no event: %v", name, err)
		}
		if path.Base(name) != e.Type+".json" {
			t.Errorf("%s holds an event of type %s", name, e.Type)
		}
		if body, err := events.Sample(e.Type, e.APIVersion); err != nil || !bytes.Equal(body, text) {
			t.Errorf("%s is not the sample of %s in %s: %v", name, e.Type, e.APIVersion, err)
		}
		return nil
	})
	if err != nil || files != 526 {
		t.Errorf("%d files, %v", files, err)
	}
}

func TestSamplesHaveIdsOfTheirOwn(t *testing.T) {
	seen := map[string]string{}
	for _, version := range events.Versions() {
		types, err := events.Types(version)
		if err != nil || !slices.IsSorted(types) || !slices.Contains(types, "charge.succeeded") {
			t.Fatalf("types of %s: %v", version, err)
		}
		for _, kind := range types {
			var e struct{ ID string }
			body, err := events.Sample(kind, version)
			if err == nil {
				err = json.Unmarshal(body, &e)
			}
			if other := seen[e.ID]; err != nil || other != "" {
				t.Errorf("%s %s has the id of %s, %v", version, kind, other, err)
			}
			seen[e.ID] = version + " " + kind
		}
	}
}

func TestUnknownSamplesAreErrors(t *testing.T) {
	if _, err := events.Sample("charge.eaten", events.Latest); err == nil {
		t.Error("unknown type")
	}
	if _, err := events.Sample("../events", events.Latest); err == nil {
		t.Error("a path as type")
	}
	if _, err := events.Sample("charge.succeeded", "2020-08-27"); err == nil || !strings.Contains(err.Error(), events.Go) {
		t.Errorf("unknown version: %v", err)
	}
	if _, err := events.Types("2020-08-27"); err == nil {
		t.Error("types of an unknown version")
	}
}

func TestTheEnvelopesAreWhatLambdaSends(t *testing.T) {
	var gateway lambda.APIGatewayV2HTTPRequest
	decode(t, "apigateway.json", &gateway)
	at := time.UnixMilli(gateway.RequestContext.TimeEpoch).Unix()
	mac := hmac.New(sha256.New, []byte("whsec_local"))
	fmt.Fprintf(mac, "%d.%s", at, gateway.Body)
	if want := fmt.Sprintf("t=%d,v1=%s", at, hex.EncodeToString(mac.Sum(nil))); gateway.Headers["stripe-signature"] != want {
		t.Errorf("signature %q, want %q", gateway.Headers["stripe-signature"], want)
	}

	var stream lambda.DynamoDBEvent
	decode(t, "dynamodb-stream.json", &stream)
	var queue lambda.SQSEvent
	decode(t, "sqs.json", &queue)
	var bus lambda.EventBridgeEvent
	if err := json.Unmarshal([]byte(queue.Records[0].Body), &bus); err != nil {
		t.Fatal(err)
	}
	var detail struct{ ID, Type string }
	if err := json.Unmarshal(bus.Detail, &detail); err != nil {
		t.Fatal(err)
	}
	image := stream.Records[0].Change.NewImage
	if detail.ID != image["id"].String() || bus.DetailType != detail.Type || !strings.Contains(gateway.Body, detail.ID) {
		t.Errorf("the envelopes are of different events: %s, %s", detail.ID, image["id"].String())
	}
}

func TestEnvelopesOfPartnerBusHoldAnEvent(t *testing.T) {
	for _, name := range []string{"snapshot-test", "snapshot-live", "connect", "thin", "ping", "malformed"} {
		text, err := events.EventBridge(name)
		if err != nil {
			t.Fatal(err)
		}
		var e lambda.EventBridgeEvent
		var detail struct{ Type string }
		if err := json.Unmarshal(text, &e); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(e.Detail, &detail); err != nil || (detail.Type == e.DetailType) != (name != "malformed") {
			t.Errorf("%s holds %q and is named %q: %v", name, detail.Type, e.DetailType, err)
		}
	}
	if _, err := events.EventBridge("../events"); err == nil {
		t.Error("a path as name")
	}
}

func decode(t *testing.T, name string, v any) {
	t.Helper()
	text, err := events.FS.ReadFile("lambda/" + name)
	if err != nil {
		t.Fatal(err)
	}
	in := json.NewDecoder(bytes.NewReader(text))
	in.DisallowUnknownFields()
	if err := in.Decode(v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}
