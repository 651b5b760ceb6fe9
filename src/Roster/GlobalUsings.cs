global using Lapel.Records;
global using Lapel.Web;
