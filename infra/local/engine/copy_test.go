package engine_test

import (
	"crypto/rand"
	"maps"
	"testing"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/payhooks/payhooks/infra/local/template"
)

// copyTable copies a table as point-in-time recovery does.
func (db database) copyTable(t *testing.T, table string) string {
	t.Helper()
	name := stackName + "-" + table
	for _, made := range db.made {
		if made.Name != name {
			continue
		}
		made.Name, made.Create = name+"-"+rand.Text(), maps.Clone(made.Create)
		if err := db.admin.CreateTables(t.Context(), []template.Table{made}); err != nil {
			t.Fatal(err)
		}
		db.fill(t, name, made.Name)
		return made.Name
	}
	t.Fatalf("no table %s", name)
	return ""
}

func (db database) fill(t *testing.T, from, to string) {
	t.Helper()
	pages := dynamodb.NewScanPaginator(db.client, &dynamodb.ScanInput{TableName: &from, ConsistentRead: awssdk.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range page.Items {
			if _, err := db.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &to, Item: it}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// lose deletes an item, as no call of a port does.
func (db database) lose(t *testing.T, table, id string) {
	t.Helper()
	_, err := db.client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
		TableName: awssdk.String(stackName + "-" + table), Key: map[string]types.AttributeValue{"id": &types.AttributeValueMemberS{Value: id}},
	})
	if err != nil {
		t.Fatal(err)
	}
}
