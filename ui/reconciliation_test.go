package ui_test

func reconciliationOperations() []operation {
	return []operation{
		{id: "reconcileDay", may: deciders, request: func(o *office) call { return get("/api/days/%s/reconciliation", o.yesterdayClosed()) }},
	}
}
