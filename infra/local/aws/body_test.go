package aws_test

import (
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// posted is the answer to a DynamoDB call with this body, as it is.
func (r *rig) posted(t *testing.T, key, operation, body string) string {
	t.Helper()
	req := must(http.NewRequestWithContext(t.Context(), http.MethodPost, r.URL(), strings.NewReader(body)))(t)
	req.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+key+"/20261122/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	return string(must(io.ReadAll(res.Body))(t))
}

// The engine reads the members of a request by their exact names, the last one of a name.
func TestRow66RightsAreDecidedOnTheItemThatTheEngineReads(t *testing.T) {
	r := start(t, as(roleOf(t, "mine", actionRole)))
	db, orders, theirs := r.dynamo(t, operator), awssdk.String("local-orders"), id("theirs#1")
	theirs["state"] = str("private")
	must(db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: orders, Item: theirs}))(t)
	const change = `,"UpdateExpression":"SET #s = :s","ExpressionAttributeNames":{"#s":"state"},"ExpressionAttributeValues":{":s":{"S":"forged"}}`
	for _, names := range [][2]string{{`"Key":THEIRS`, `"key":MINE`}, {`"key":MINE`, `"Key":THEIRS`}, {`"Key":THEIRS`, `"Key":MINE`}, {`"Key":MINE`, `"Key":THEIRS`}} {
		key := names[0] + "," + names[1]
		for operation, body := range map[string]string{
			"GetItem":            `{"TableName":"local-orders",` + key + `}`,
			"UpdateItem":         `{"TableName":"local-orders",` + key + change + `}`,
			"PutItem":            `{"TableName":"local-orders",` + strings.NewReplacer("Key", "Item", "key", "item").Replace(key) + `}`,
			"BatchGetItem":       `{"RequestItems":{"local-orders":{` + strings.NewReplacer(`ey"`, `eys"`, "THEIRS", "[THEIRS]", "MINE", "[MINE]").Replace(key) + `}}}`,
			"TransactGetItems":   `{"TransactItems":[{"Get":{"TableName":"local-orders",` + key + `}}]}`,
			"TransactWriteItems": `{"TransactItems":[{"Update":{"TableName":"local-orders",` + key + change + `}}]}`,
		} {
			body = strings.NewReplacer("THEIRS", `{"id":{"S":"theirs#1"}}`, "MINE", `{"id":{"S":"mine#1"}}`).Replace(body)
			if answer := r.posted(t, "mine", operation, body); strings.Contains(answer, "private") {
				t.Errorf("%s %s: read another's item: %s", operation, body, answer)
			}
			out := must(db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: orders, Key: id("theirs#1")}))(t)
			if !reflect.DeepEqual(out.Item, theirs) {
				t.Fatalf("%s %s: wrote another's item: %v", operation, body, out.Item)
			}
		}
	}
	for _, table := range []string{`"TableName":"local-events","tablename":"local-orders"`, `"tableName":"local-orders","TableName":"local-events"`} {
		if answer := r.posted(t, "mine", "GetItem", `{`+table+`,"Key":{"id":{"S":"mine#1"}}}`); !strings.Contains(answer, "AccessDenied") {
			t.Errorf("%s: %s", table, answer)
		}
	}
	if answer := r.posted(t, "mine", "GetItem", `{"TableName":"local-orders","Key":{"id":{"S":"mine#1"}}}`); strings.Contains(answer, "AccessDenied") {
		t.Errorf("its own item: %s", answer)
	}
}
