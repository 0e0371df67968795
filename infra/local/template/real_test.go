package template

import "testing"

func TestTheRealTemplateIsResolvedWithTheLocalParameters(t *testing.T) {
	params, err := Parameters("../parameters.yaml")
	if err != nil {
		t.Fatal(err)
	}
	st, err := Load("../../../template.yaml", Options{Name: "local", Region: "us-east-1", Account: "000000000000", Parameters: params})
	if err != nil {
		t.Fatal(err)
	}
	if len(st.Functions) == 0 || len(st.Routes) == 0 || len(st.Streams) == 0 || len(st.Schedules) == 0 {
		t.Errorf("got %+v", st)
	}
}
