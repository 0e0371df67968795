package aws_test

import (
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/payhooks/payhooks/internal/dynamo/ddb"
)

// TestLongAnswersOfDynamoDBAreZippedForThoseWhoTakeThat, with the checksum of what is sent: a
// client that lets Go unzip compares it with something else.
func TestLongAnswersOfDynamoDBAreZippedForThoseWhoTakeThat(t *testing.T) {
	r := start(t)
	cfg := r.config(t, operator)
	client := dynamodb.NewFromConfig(cfg)
	key := item{"id": str("evt_1")}
	must(client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: awssdk.String("local-events"), Item: item{"id": str("evt_1"), "body": str(strings.Repeat("long ", 1000))}}))(t)
	for encoding, zipped := range map[string]string{"gzip": "gzip", "identity": "", "": ""} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.URL(), strings.NewReader(`{"TableName":"local-events","Key":{"id":{"S":"evt_1"}}}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Amz-Target", "DynamoDB_20120810.GetItem")
		req.Header.Set("Authorization", fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/20261130/us-east-1/dynamodb/aws4_request, Signature=0", operator))
		req.Header.Set("Accept-Encoding", encoding)
		res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if sum := strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10); err != nil || res.StatusCode != http.StatusOK || res.Header.Get("Content-Encoding") != zipped || res.Header.Get("X-Amz-Crc32") != sum {
			t.Errorf("%q: %d, %v, %d bytes with checksum %s, %v", encoding, res.StatusCode, res.Header, len(body), sum, err)
		}
	}
	theirs, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: awssdk.String("local-events"), Key: key})
	if err != nil || len(theirs.Item) != 2 {
		t.Errorf("the SDK: %v", err)
	}
	ours, err := ddb.New(cfg, time.Now).GetItem(t.Context(), &ddb.GetItemInput{TableName: awssdk.String("local-events"), Key: ddb.Item{"id": &ddb.AttributeValueMemberS{Value: "evt_1"}}})
	if err != nil || len(ours.Item) != 2 {
		t.Errorf("ours: %v", err)
	}
}
