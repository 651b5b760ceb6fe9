global using Lapel.Evidence;
global using Lapel.Records;
global using Lapel.Roster;
global using Lapel.Web;
