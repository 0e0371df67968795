package aws_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/payhooks/payhooks/infra/local/aws"
	"github.com/payhooks/payhooks/infra/local/template"
)

// actionRole is the right of an action to its own part of a table.
const actionRole = `
Parameters: {Action: {Type: String, Default: ACTION}}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Ref Action
      Policies:
        - PolicyName: action
          PolicyDocument:
            Statement:
              - Effect: Allow
                Action: [dynamodb:BatchGetItem, dynamodb:GetItem, dynamodb:PutItem, dynamodb:UpdateItem]
                Resource: !Sub 'arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/local-orders'
                Condition:
                  ForAllValues:StringLike: {dynamodb:LeadingKeys: [!Sub '${Action}#*']}
                  'Null': {dynamodb:LeadingKeys: 'false'}
`

// roleOf is the role of an action, read from the text of a template.
func roleOf(t *testing.T, action, text string) template.Role {
	t.Helper()
	file := filepath.Join(t.TempDir(), "template.yaml")
	if err := os.WriteFile(file, []byte(strings.Replace(text, "ACTION", action, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	st := must(template.Load(file, template.Options{Name: "local", Region: region, Account: account}))(t)
	return st.Roles["arn:aws:iam::"+account+":role/"+action]
}

// as lets a caller in who has the role of an action.
func as(role template.Role) func(*aws.Server) {
	return func(s *aws.Server) {
		s.Stack.Roles[role.ARN] = role
		s.Keys[role.Name] = aws.Caller{Name: role.Name, Role: role.ARN}
	}
}

// ledger makes calls on one table as one caller.
type ledger struct {
	*dynamodb.Client
	table *string
}

func id(key string) item { return item{"id": str(key)} }

func (l ledger) get(ctx context.Context, key string) error {
	_, err := l.GetItem(ctx, &dynamodb.GetItemInput{TableName: l.table, Key: id(key)})
	return err
}

func (l ledger) put(ctx context.Context, key string) error {
	_, err := l.PutItem(ctx, &dynamodb.PutItemInput{TableName: l.table, Item: item{"id": str(key), "state": str("done")}})
	return err
}

func (l ledger) update(ctx context.Context, key string) error {
	_, err := l.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: l.table, Key: id(key), UpdateExpression: awssdk.String("SET a = :a"), ExpressionAttributeValues: item{":a": str("a")},
	})
	return err
}

func (l ledger) remove(ctx context.Context, key string) error {
	_, err := l.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: l.table, Key: id(key)})
	return err
}

func (l ledger) query(ctx context.Context, key string) error {
	_, err := l.Query(ctx, &dynamodb.QueryInput{TableName: l.table, KeyConditionExpression: awssdk.String("id = :id"), ExpressionAttributeValues: item{":id": str(key)}})
	return err
}

func (l ledger) scan(ctx context.Context) error {
	_, err := l.Scan(ctx, &dynamodb.ScanInput{TableName: l.table})
	return err
}

func (l ledger) batch(ctx context.Context, keys ...string) error {
	var all []item
	for _, k := range keys {
		all = append(all, id(k))
	}
	_, err := l.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{*l.table: {Keys: all}}})
	return err
}

func (l ledger) batchPut(ctx context.Context, key string) error {
	put := types.WriteRequest{PutRequest: &types.PutRequest{Item: id(key)}}
	_, err := l.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{*l.table: {put}}})
	return err
}

func (l ledger) commit(ctx context.Context, keys ...string) error {
	in := &dynamodb.TransactWriteItemsInput{}
	for _, k := range keys {
		in.TransactItems = append(in.TransactItems, types.TransactWriteItem{Put: &types.Put{TableName: l.table, Item: id(k)}})
	}
	_, err := l.TransactWriteItems(ctx, in)
	return err
}

func (l ledger) check(ctx context.Context, key string) error {
	_, err := l.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{{ConditionCheck: &types.ConditionCheck{
		TableName: l.table, Key: id(key), ConditionExpression: awssdk.String("attribute_exists(id)"),
	}}}})
	return err
}

func TestActionReachesOnlyItsOwnPartOfTable(t *testing.T) {
	role := roleOf(t, "send-receipt", actionRole)
	l := ledger{start(t, as(role)).dynamo(t, role.Name), awssdk.String("local-orders")}
	ctx := t.Context()
	const own, effect, foreign = "send-receipt#evt_1", "send-receipt#effect#live/own#receipt/pi_1", "send-notice#evt_1"
	for name, err := range map[string]error{
		"put": l.put(ctx, own), "put an effect": l.put(ctx, effect), "get": l.get(ctx, own), "update": l.update(ctx, own),
		"batch": l.batch(ctx, own, effect), "transaction": l.commit(ctx, own, effect),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	const condition = "a condition of dynamodb:LeadingKeys"
	for name, c := range map[string]struct {
		err           error
		action, words string
	}{
		"get":              {l.get(ctx, foreign), "GetItem", condition},
		"put":              {l.put(ctx, foreign), "PutItem", condition},
		"update":           {l.update(ctx, foreign), "UpdateItem", condition},
		"effect":           {l.put(ctx, "send-notice#effect#live/own#receipt/pi_1"), "PutItem", condition},
		"bare event":       {l.get(ctx, "evt_1"), "GetItem", condition},
		"mixed batch":      {l.batch(ctx, own, foreign), "BatchGetItem", condition},
		"mixed write":      {l.commit(ctx, own, foreign), "PutItem", condition},
		"prefix of a name": {l.get(ctx, "send#evt_1"), "GetItem", condition},
		"delete":           {l.remove(ctx, own), "DeleteItem", "does not grant it"},
		"query":            {l.query(ctx, own), "Query", "does not grant it"},
		"scan":             {l.scan(ctx), "Scan", "does not grant it"},
		"check":            {l.check(ctx, own), "ConditionCheckItem", "does not grant it"},
		"batch write":      {l.batchPut(ctx, own), "BatchWriteItem", "does not grant it"},
	} {
		t.Run(name, func(t *testing.T) {
			wantCode(t, c.err, "AccessDeniedException", "send-receipt is not allowed dynamodb:"+c.action+" on "+arn("dynamodb", "table/local-orders"), c.words)
		})
	}
}

func TestActionNamedLikeAnotherPrefixIsDenied(t *testing.T) {
	role := roleOf(t, "send", actionRole)
	l := ledger{start(t, as(role)).dynamo(t, role.Name), awssdk.String("local-orders")}
	if err := l.put(t.Context(), "send#evt_1"); err != nil {
		t.Error(err)
	}
	wantCode(t, l.put(t.Context(), "send-receipt#evt_1"), "AccessDeniedException", "send is not allowed dynamodb:PutItem")
}

func TestNullGuardIsReadAsTextAndBoolean(t *testing.T) {
	for _, guard := range []string{"'false'", "false", "[false]"} {
		role := roleOf(t, "send", strings.Replace(actionRole, "'false'", guard, 1))
		got := role.Policies[0].Statements[0].Conditions["Null"]["dynamodb:LeadingKeys"]
		if len(got) != 1 || got[0] != "false" {
			t.Errorf("%s is read as %q", guard, got)
		}
	}
}
