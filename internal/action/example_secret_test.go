package action_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/payhooks/payhooks/internal/action"
	"github.com/payhooks/payhooks/internal/action/actiontest"
	"github.com/payhooks/payhooks/internal/facts"
	"github.com/payhooks/payhooks/internal/secret"
	"github.com/payhooks/payhooks/internal/start"
	"github.com/payhooks/payhooks/internal/stripetest"
)

// teller posts new customers to the address in the parameter TellCrmUrl, with the key in
// the secret STACK/crm.
type teller struct {
	url     string
	service *action.HTTPClient
}

// open is what main gives to action.StartWith.
func open(s *start.Stack) (action.Function[facts.Event], error) {
	service := action.NewHTTPClient("the CRM")
	service.Bearer = secret.Named(s.AWS, s.Name, "crm", start.Now).Get
	return teller{url: os.Getenv("TELL_CRM_URL"), service: service}.tell, nil
}

func (t teller) tell(ctx context.Context, e *action.Event[facts.Event]) error {
	_, err := action.Outside(ctx, e, "tell/"+e.Object.Customer.ID, func(ctx context.Context) (bool, error) {
		if t.url == "" {
			return false, action.Skip("the parameter TellCrmUrl is not set")
		}
		return true, t.service.PostJSON(ctx, t.url, e.Object.Customer, nil)
	})
	return err
}

// A secret and a parameter. Secrets Manager and the CRM are servers of this example.
func Example_secret() {
	manager := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"SecretString":"key-of-the-crm"}`)
	}))
	defer manager.Close()
	crm := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		fmt.Println(r.Header.Get("Authorization"))
	}))
	defer crm.Close()
	_ = os.Setenv("TELL_CRM_URL", crm.URL) // the block in template.yaml does it

	config := aws.Config{Region: "us-east-1", BaseEndpoint: &manager.URL, Credentials: credentials.NewStaticCredentialsProvider("a", "b", "")}
	tell, err := open(&start.Stack{Name: "payhooks", AWS: config})
	if err != nil {
		panic(err)
	}
	d := actiontest.New(actiontest.InExample(), tell).Post(stripetest.Body("evt_1", "customer.created", nil))
	fmt.Println(d.State)
	// Output:
	// Bearer key-of-the-crm
	// done
}
